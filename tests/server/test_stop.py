"""SIGTERM ends the service cleanly, whatever is going on."""
import contextlib
import http.client
import threading

ROUNDS = 8


def hammer(service, ended):
    """New connections without end: those that the service no longer takes are no failure."""
    while not ended.is_set():
        with contextlib.suppress(OSError, http.client.HTTPException):
            service.get("/v1/archives/none.tar")


def test_stops_while_connections_come(service):
    for _ in range(ROUNDS):
        ended = threading.Event()
        clients = [threading.Thread(target=hammer, args=(service, ended)) for _ in range(3)]
        for client in clients:
            client.start()
        try:
            assert service.get("/v1/boot/site.img").status == 200
            assert service.stop() == 0, service.log()
        finally:
            ended.set()
            for client in clients:
                client.join()
        service.start()
