"""Two years of a site in some seconds; tests/soak/test_years.py lives twenty-five."""
from common import BUILD
from service import MAC, Service
from site_life import SiteLife, StandsBy


def test_two_years_with_another_ca(tmp_path):
    service = Service(BUILD / "newroot-server", tmp_path)
    service.init()
    service.add("db1")
    try:
        with SiteLife(service, tmp_path).lived() as life:
            life.start()
            life.agents.append(StandsBy(life, "db1", MAC))
            first = (service.data / "ca.pem").read_bytes()
            while life.clock.days < 2 * 365:
                if life.clock.days == 240:
                    life.change_ca()
                life.step()
            assert len(life.served) > 5, "renewed about each 120 days, and by the new CA"
            assert (service.data / "ca.pem").read_bytes() == life.agents[0].anchors.read_bytes() != first
            assert service.warnings() == []
    finally:
        service.close()
