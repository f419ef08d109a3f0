"""brbank's Inter adapter, unmodified, through the life of boletos at the simulated bank.

Only the address is ours: InterConfig.url_base is overridden, and the sandbox's root is given to
OpenSSL by SSL_CERT_FILE. Ends with exit code 0 when everything was as brbank expects it.
"""

import asyncio
import http.server
import json
import os
import pathlib
import queue
import signal
import ssl
import subprocess
import sys
import threading
import urllib.request
from datetime import date, timedelta
from decimal import Decimal

from brbank.adapters.inter import InterAdapter, InterConfig
from brbank.erros import Indisponivel, Validacao
from brbank.modelos import Encargos, Endereco, Pessoa, Titulo
from brbank.status import StatusCanonico
from brbank.transporte import PoliticaRetry

# 123.45 paid early, with the discount of 5 %.
DUE = Decimal("117.28")
ONCE = PoliticaRetry(tentativas=1)


def post(url: str, body: dict) -> dict:
    """A call to the sandbox's control API."""
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


class Webhook:
    """An HTTPS server that lets in only the bank's own certificate, and keeps what it posts."""

    def __init__(self, connection: dict, folder: pathlib.Path) -> None:
        made = post(
            connection["control_url"] + "/_sim/server-certificates",
            {"names": ["localhost"]},
        )
        certificate, key = folder / "webhook.crt", folder / "webhook.key"
        certificate.write_text(made["certificate"])
        key.write_text(made["key"])
        context = ssl.create_default_context(
            ssl.Purpose.CLIENT_AUTH, cafile=connection["webhook_ca_file"]
        )
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_cert_chain(certificate, key)
        self.received: queue.Queue[tuple[dict, bytes]] = queue.Queue()
        received = self.received

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                received.put((dict(self.headers), body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"https://localhost:{self.server.server_address[1]}/inter"


class Run:
    """One run of the whole path."""

    def __init__(self, connection: dict, folder: pathlib.Path) -> None:
        self.connection = connection
        self.webhook = Webhook(connection, folder)

        class Config(InterConfig):
            @property
            def url_base(self) -> str:
                return connection["base_url"]

        self.config = Config

    def adapter(self, *, secret: str | None = None, certificate: bool = True):
        kit = self.connection

        def read(name: str) -> bytes | None:
            return pathlib.Path(kit[name]).read_bytes() if certificate else None

        config = self.config(
            conta="matriz",
            client_id=kit["client_id"],
            client_secret=secret or kit["client_secret"],
            conta_corrente=kit["account"],
            certificado_pem=read("certificate_file"),
            chave_pem=read("key_file"),
        )
        return InterAdapter(config, retry=ONCE)

    def control(self, **what: object) -> dict:
        url = f"{self.connection['control_url']}/_sim/{self.connection['bank']}/control"
        return post(url, what)

    def advance(self, by: str) -> None:
        post(self.connection["control_url"] + "/_sim/clock", {"advance": by})

    def notices(self, adapter: InterAdapter) -> list:
        """What the bank has posted so far, as brbank reads it. Advancing has waited for it."""
        events = []
        while not self.webhook.received.empty():
            headers, body = self.webhook.received.get()
            account = {name.lower(): value for name, value in headers.items()}
            assert account["x-conta-corrente"] == self.connection["account"], headers
            events += adapter.parse_webhook(body, headers)
        return events

    async def strangers(self) -> None:
        wrong = self.adapter(secret="errado")
        await refused(Validacao, wrong.registrar_titulo(titulo("EST-1")))
        await wrong.aclose()
        os.environ["SSL_CERT_FILE"] = self.connection["ca_file"]
        naked = self.adapter(certificate=False)
        await refused(Indisponivel, naked.registrar_titulo(titulo("EST-2")))
        await naked.aclose()

    async def life(self) -> None:
        bank = self.adapter()
        await bank._transporte.requisitar(
            "PUT",
            "cobranca/v3/cobrancas/webhook",
            operacao="webhook",
            escopo="cobranca_add",
            json={"webhookUrl": self.webhook.url},
            cabecalhos=bank._cabecalhos(),
        )

        paid = await bank.registrar_titulo(titulo("FAT-000123"))
        early = await bank.consultar_titulo(paid.id_banco)
        assert early.status is StatusCanonico.PENDENTE_REGISTRO, early
        self.advance("PT1M")
        read = await bank.consultar_titulo(paid.id_banco)
        assert read.status is StatusCanonico.REGISTRADO, read
        assert read.seu_numero == "FAT-000123"
        assert len(read.codigo_barras) == 44 and read.codigo_barras.startswith("0779"), read
        assert len(read.linha_digitavel) == 47, read
        assert len(read.nosso_numero) == 11, read
        assert read.pix_copia_cola.startswith("000201"), read
        assert read.valor_pago is None
        events = self.notices(bank)
        assert [(e.referencia, e.tipo) for e in events] == [
            (paid.id_banco, StatusCanonico.REGISTRADO)
        ], events

        cancelled = await bank.registrar_titulo(titulo("FAT-000124"))
        self.advance("PT1M")
        listed = await self.listed(bank)
        assert set(listed) == {paid.id_banco, cancelled.id_banco}, listed
        # In lists the amount is a text, in the detail a number.
        assert listed[paid.id_banco]["cobranca"]["valorNominal"] == "123.45", listed
        assert read.resposta_bruta["cobranca"]["valorNominal"] == 123.45, read

        assert (await bank.obter_pdf(paid.id_banco)).startswith(b"%PDF")

        self.notices(bank)
        await bank.baixar_titulo(cancelled.id_banco)
        self.advance("PT1M")
        gone = await bank.consultar_titulo(cancelled.id_banco)
        assert gone.status is StatusCanonico.BAIXADO, gone
        events = self.notices(bank)
        assert [(e.referencia, e.tipo, e.valor_pago) for e in events] == [
            (cancelled.id_banco, StatusCanonico.BAIXADO, None)
        ], events
        await refused(Validacao, bank.baixar_titulo(cancelled.id_banco))

        self.control(do="pay", target="FAT-000123", means="pix")
        self.advance("PT1M")
        settled = await bank.consultar_titulo(paid.id_banco)
        assert settled.status is StatusCanonico.LIQUIDADO, settled
        assert settled.valor_pago == DUE and settled.data_pagamento, settled
        events = self.notices(bank)
        assert [(e.referencia, e.tipo, e.valor_pago) for e in events] == [
            (paid.id_banco, StatusCanonico.LIQUIDADO, DUE)
        ], events
        assert events[0].ocorrido_em.tzinfo is not None, events

        await refused(Validacao, bank.consultar_titulo("00000000-0000-4000-8000-000000000000"))
        await bank.aclose()

    async def listed(self, bank: InterAdapter) -> dict:
        """brbank has no list: its transport asks, by the bank's documentation."""
        today = date.today()
        answer = await bank._transporte.requisitar(
            "GET",
            f"cobranca/v3/cobrancas?dataInicial={today - timedelta(days=1)}"
            f"&dataFinal={today + timedelta(days=1)}&filtrarDataPor=EMISSAO"
            "&paginacao.itensPorPagina=10&paginacao%5BpaginaAtual%5D=0",
            operacao="listar",
            escopo="cobranca_get",
            cabecalhos=bank._cabecalhos(),
        )
        page = answer.json()
        assert page["totalElementos"] == len(page["cobrancas"]) and page["ultimaPagina"], page
        return {item["cobranca"]["codigoSolicitacao"]: item for item in page["cobrancas"]}


def titulo(number: str) -> Titulo:
    return Titulo(
        chave_idempotencia=number,
        seu_numero=number,
        valor=Decimal("123.45"),
        vencimento=date.today() + timedelta(days=30),
        pagador=Pessoa(
            nome="Cliente Inventado da Silva",
            documento="529.982.247-25",
            email="cliente@exemplo.com.br",
            endereco=Endereco(
                logradouro="Rua das Acácias",
                numero="10",
                bairro="Centro",
                cidade="Curitiba",
                uf="PR",
                cep="80000-000",
            ),
        ),
        encargos=Encargos(
            multa_percentual=Decimal("2"),
            juros_mensal_percentual=Decimal("1"),
            desconto_percentual=Decimal("5"),
            desconto_dias_antes=5,
        ),
        mensagens=("Não receber após 60 dias",),
        dias_baixa_automatica=60,
    )


async def refused(kind: type[Exception], call) -> None:
    try:
        got = await call
    except kind:
        return
    raise AssertionError(f"{kind.__name__} was expected, got {got!r}")


def main(binary: str, work: str) -> None:
    folder = pathlib.Path(work)
    command = [binary, "simulate", "inter", "--json", "--dir", str(folder / "sim")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as simulator:
        try:
            line = simulator.stdout.readline()
            assert line, "the simulator said nothing"
            connection = json.loads(line)
            os.environ["SSL_CERT_FILE"] = connection["ca_file"]
            run = Run(connection, folder)
            asyncio.run(run.strangers())
            asyncio.run(run.life())
        finally:
            simulator.send_signal(signal.SIGTERM)
        assert simulator.wait(timeout=60) == 0, "the simulator did not end well"
    print("brbank: issue, read, list, PDF, cancel, payment, notices: as expected")


if __name__ == "__main__":
    main(*sys.argv[1:])
