"""The classes keep their order in grey, for every kind of colour vision, and by their outline alone."""

import itertools

import numpy as np
import pytest

from csg_maps.errors import SchemaBroken
from csg_maps.layers.legend import legend, symbol
from csg_maps.layers.palette import STYLES, class_style, style

# Machado, Oliveira and Fernandes 2009, severity 1.0, doi:10.1109/TVCG.2009.113, on linear RGB.
VISION = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def linear(colour: str) -> np.ndarray:
    parts = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def luminance(colour: str, vision: str = "usual") -> float:
    return float(np.clip(VISION[vision] @ linear(colour), 0, 1) @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("vision", VISION)
def test_each_class_is_clearly_darker_than_the_one_before(vision):
    shades = [luminance(style(class_style(number)).fill, vision) for number in range(1, 6)]
    steps = [(lighter + 0.05) / (darker + 0.05) for lighter, darker in itertools.pairwise(shades)]
    assert min(steps) > 1.3, steps


def test_every_class_differs_from_every_other_without_colour():
    looks = [(style(class_style(n)).weight_px, style(class_style(n)).dash) for n in range(-1, 6)]
    assert len(set(looks)) == len(looks)


def test_no_data_has_no_filling_and_zero_has():
    assert style("class-none").fill == "" and style("class-0").fill


@pytest.mark.parametrize("wrong", [6, -2, 1.0, "1", True, None, np.float64(1)])
def test_a_class_is_a_whole_number_of_the_legend(wrong):
    with pytest.raises(SchemaBroken):
        class_style(wrong)


def test_a_legend_line_has_a_picture_and_two_texts():
    (entry,) = legend([(5, "Most", "21 or more")])
    assert (entry.label, entry.span) == ("Most", "21 or more")
    assert len({symbol(name) for name in STYLES}) == len(STYLES)
