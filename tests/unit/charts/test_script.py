"""What every chart is drawn with: the wheel's own library, and nothing that hands data to its maker."""

from lrrc_qol.charts.script import chart_config, plotly_script


def test_no_chart_offers_to_send_its_data_away() -> None:
    config = chart_config()

    assert config["showSendToCloud"] is False
    assert config["plotlyServerURL"] == ""
    assert config["displaylogo"] is False


def test_the_library_comes_from_the_installed_wheel() -> None:
    assert b"plotly.js" in plotly_script()[:500]
