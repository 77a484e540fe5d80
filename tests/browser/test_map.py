"""The map itself, in a real browser without a network: what is drawn, what a click tells, what the frame may reach."""


def test_shapes_and_numbers_are_drawn(visit, sample_server):
    seen = visit(sample_server, height=1300)
    seen.open()
    frame = seen.map_frame()
    seen.page.wait_for_timeout(500)
    seen.shot("map_sample")
    print(seen.console, seen.sockets)
    print(frame.locator("path.csg-shape").count(), seen.serious_findings())
    print(
        seen.page.evaluate(
            "Array.from(document.querySelectorAll('[data-testid=stCaptionContainer] p')).map(e=>[e.innerText.slice(0,20),getComputedStyle(e).color,getComputedStyle(e.parentElement).opacity,getComputedStyle(e).opacity])"
        )
    )
    seen.page.get_by_role("radio", name="Cymraeg").click()
    seen.settle()
    seen.page.wait_for_timeout(1000)
    print(seen.page.evaluate("document.documentElement.lang"))
    seen.shot("map_sample_cy")
    assert 0
