"""What reading may say of a file as a whole, known to the app without loading any reader."""

from csg_maps.i18n import N_
from csg_maps.intake.messages import register

XML_UNSAFE = register(
    "xml-unsafe",
    "refuse",
    N_("The file holds a document type declaration, which can be used to read other files."),
    N_("Do not use this file. Open the original in the program that made it and save it again."),
)
XML_DAMAGED = register(
    "workbook-damaged",
    "refuse",
    N_("The workbook is damaged: {what}."),
    N_("Open it in Excel, let it repair the file, and save it again as .xlsx or CSV."),
)
SHEET_TRAP = register(
    "workbook-trap",
    "refuse",
    N_("The workbook grows beyond what is safe to unpack ({what})."),
    N_("Copy the rows into a new workbook and save it as .xlsx or CSV."),
)
SHEET_FAR_CELL = register(
    "sheet-far-cell",
    "refuse",
    N_("There is a cell far below the rest ({cell})."),
    N_("Delete the empty rows below the table (select them, then Delete), and save the file again."),
)
SHEET_HIDDEN = register(
    "sheet-hidden",
    "info",
    N_("The sheet “{sheet}” is hidden and was not read."),
    N_("Choose it by name if it is needed."),
)
SHEET_BLANK = register(
    "sheet-blank", "info", N_("The sheet “{sheet}” is blank."), N_("Nothing to do, unless it should hold rows.")
)
ERROR_CELL = register(
    "error-cell",
    "warning",
    N_("The cell holds the error {error}; it was taken as blank."),
    N_("Mend the formula in Excel, or type the value."),
)
FORMULA_UNCALCULATED = register(
    "formula-uncalculated",
    "warning",
    N_("The cell holds a formula whose result was never saved; its value is not known."),
    N_("Open the workbook in Excel, save it, and upload it again."),
)
DATES_MIXED = register(
    "dates-mixed",
    "warning",
    N_(
        "{dates} cells of this column are real dates and {texts} are text; Excel may have turned some days into months."
    ),
    N_("Check the column in the agency's system; format the whole column as text or as dates."),
)
RETURN_KNOWN = register(
    "return-known",
    "info",
    N_("This is our blank return, version {version}, made for {agency}."),
    N_("Nothing to do."),
)
RETURN_GUIDE = register(
    "return-guide",
    "info",
    N_("The sheet of instructions was not read."),
    N_("Nothing to do."),
)
TITLE_ROWS = register(
    "sheet-title-rows",
    "info",
    N_("The headings are in row {heading}; the rows above it were taken as a title and left out."),
    N_("Check that no data stands above the headings."),
)
SHEET_NO_HEADING = register(
    "sheet-no-heading",
    "warning",
    N_("There is no heading row: the first row is data. The columns are called Column 1, Column 2 and so on."),
    N_("Add a row of headings, or choose the columns by their position."),
)
SHAPES_TO_POINTS = register(
    "shapes-to-points",
    "info",
    N_("{count} rows are lines, areas or several points; a point inside each stands for it."),
    N_("Check that one point is good enough for these rows."),
)
SHAPE_BROKEN = register(
    "shape-broken",
    "warning",
    N_("The geometry of this row cannot be read; the row was kept without a point."),
    N_("Mend the shape in the mapping program, or give coordinates in columns."),
)
NO_CRS = register(
    "no-crs",
    "warning",
    N_("The file does not say which coordinate system it uses."),
    N_("Choose it on the next screen, or send the .prj file too."),
)
CRS_BY_NAME = register(
    "crs-by-name",
    "info",
    N_("The coordinate system is described without a code; it was taken as {crs}."),
    N_("Check on the map that the points lie where they should."),
)
COLUMN_NESTED = register(
    "column-nested",
    "warning",
    N_("The column holds lists or binary data, not single values; it was left out."),
    N_("Export the table with one value in each cell."),
)
JSON_DAMAGED = register(
    "json-damaged",
    "refuse",
    N_("The JSON of the file is damaged near line {line}."),
    N_("Export the file again as GeoJSON or CSV."),
)
JSON_OTHER = register(
    "json-not-a-map",
    "refuse",
    N_("This is JSON, but not GeoJSON: it has no features."),
    N_("Export the data as CSV, Excel or GeoJSON."),
)
CRS_ASSUMED = register(
    "crs-assumed",
    "info",
    N_("The file names no coordinate system; longitude and latitude (EPSG:4326) was taken, as its format says."),
    N_("Check on the map that the shapes lie where they should."),
)
NOT_A_GEOPACKAGE = register(
    "not-a-geopackage",
    "refuse",
    N_("This is a database, but not a GeoPackage: it lists no map layers."),
    N_("Export the table as CSV, or the layer as GeoPackage."),
)
GEOPACKAGE_DAMAGED = register(
    "geopackage-damaged",
    "refuse",
    N_("The GeoPackage is damaged or holds something that is not allowed in a layer ({what})."),
    N_("Export the layer again into a new GeoPackage, or as GeoJSON."),
)
LAYER_NOT_A_TABLE = register(
    "layer-not-a-table",
    "warning",
    N_("The layer “{layer}” is a view or computed table; it was not read."),
    N_("Export the layer into a new GeoPackage."),
)
KML_DAMAGED = register(
    "kml-damaged",
    "refuse",
    N_("The KML file is damaged near line {line}."),
    N_("Export it again, or export the layer as GeoJSON."),
)
KML_LINKS = register(
    "kml-links",
    "info",
    N_("The file also points to content elsewhere ({count} links); only what is in the file itself was read."),
    N_("Open the link in the mapping program and save its content as KML."),
)
KML_NO_PLACES = register(
    "kml-no-places",
    "refuse",
    N_("There is no place in the KML file."),
    N_("Export the layer itself, not a link to it."),
)
SHAPEFILE_DAMAGED = register(
    "shapefile-damaged",
    "refuse",
    N_("The shapefile is damaged or incomplete ({what})."),
    N_("Pack the .shp, .shx, .dbf and .prj files together in one zip, from a fresh export."),
)
SHAPEFILE_NO_TABLE = register(
    "shapefile-no-table",
    "warning",
    N_("The shapefile came without its .dbf file, so only its shapes could be read."),
    N_("Pack the .shp, .shx, .dbf and .prj files together in one zip."),
)
PARQUET_DAMAGED = register(
    "parquet-damaged",
    "refuse",
    N_("The Parquet file is damaged ({what})."),
    N_("Export it again, or save the table as CSV."),
)
FILE_EMPTY = register(
    "file-empty",
    "refuse",
    N_("The file is empty: it holds 0 bytes."),
    N_("Export it again; the first export or the copy was cut off."),
)
FILE_TOO_LARGE = register(
    "file-too-large",
    "refuse",
    N_("The file has {megabytes} MB; at most {limit} MB are read."),
    N_("Split the file by year and import the parts."),
)
FILE_OTHER_THAN_NAMED = register(
    "file-other-than-named",
    "warning",
    N_("The name ends in “{ending}”, but the file is {kind}; it was read as that."),
    N_("Check that this is the file you meant."),
)
FILE_NOT_A_TABLE = register(
    "file-not-a-table",
    "refuse",
    N_("This is {kind}, not a table or a map."),
    N_("Save the table itself as .xlsx or CSV, or the map as GeoJSON or GeoPackage."),
)
FILE_UNSAFE_KIND = register(
    "file-unsafe-kind",
    "refuse",
    N_("This is {kind}. Such a file can run a program when it is opened, so it is never opened here."),
    N_("Ask the sender for the table as CSV, .xlsx or Parquet."),
)
FILE_OLD_EXCEL = register(
    "file-old-excel",
    "refuse",
    N_("This is {kind}, which is not read here."),
    N_("Open it in its own program and save it as .xlsx or CSV."),
)
FILE_POINTS_ELSEWHERE = register(
    "file-points-elsewhere",
    "refuse",
    N_("The file holds no data of its own; it points to other files (GDAL VRT)."),
    N_("Send the data itself, as CSV, GeoJSON or GeoPackage."),
)
SHAPEFILE_ALONE = register(
    "shapefile-alone",
    "refuse",
    N_("This is only one part of a shapefile."),
    N_("Pack the .shp, .shx, .dbf and .prj files together in one zip and send that."),
)
CHOSEN_NOT_THERE = register(
    "chosen-not-there",
    "refuse",
    N_("“{chosen}” is not in the file."),
    N_("Choose among: {names}."),
)
FILE_UNREADABLE = register(
    "file-unreadable",
    "refuse",
    N_("The file could not be opened."),
    N_("Upload it again; close it first if another program has it open."),
)
