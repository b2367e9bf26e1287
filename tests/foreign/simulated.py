"""What the foreign clients have in common: their hosts redirected to the simulator, and checks."""

import sys
import time

import requests


def redirect(base, hosts):
    """Sends what goes to these hosts to the simulator, as a reverse proxy in front of it would do.

    Any other host is a mistake.
    """
    send = requests.adapters.HTTPAdapter.send

    def send_redirected(adapter, request, **settings):
        scheme, _, rest = request.url.partition('://')
        host, _, path = rest.partition('/')
        if host not in hosts:
            raise RuntimeError(f'{request.url} is not of this test')
        request.url = f'{base}/{path}'
        request.headers['X-Forwarded-Proto'] = scheme
        request.headers['X-Forwarded-Host'] = host
        return send(adapter, request, **settings)

    requests.adapters.HTTPAdapter.send = send_redirected


def wait_for(what, ask, wanted, seconds=60):
    """Asks until the answer is the wanted one, and prints the answers on the way."""
    end = time.monotonic() + seconds
    seen = []
    while True:
        answer = ask()
        if answer not in seen[-1:]:
            seen.append(answer)
        if answer == wanted:
            print(f'{what}: {" -> ".join(seen)}')
            return
        if time.monotonic() > end:
            sys.exit(f'{what}: {" -> ".join(seen)} and never {wanted}')
        time.sleep(0.2)


def expect(what, is_so):
    """Prints whether it is so, and ends the test if not."""
    print(f'{what}: {"yes" if is_so else "NO"}')
    if not is_so:
        sys.exit(1)
