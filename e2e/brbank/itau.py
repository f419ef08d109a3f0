"""brbank's Itaú adapter, unmodified, through the life of boletos at the simulated bank.

Only addresses are ours: all of them are fields of ItauConfig, and the sandbox's root is given to
OpenSSL by SSL_CERT_FILE. It writes the numbers of the new bolecode as digits, which is one of the
two readings that are published: a switch of the simulator. Ends with exit code 0 when everything
was as brbank expects it.
"""

import asyncio
import json
import os
import pathlib
import signal
import subprocess
import sys
import urllib.request
from datetime import date, timedelta
from decimal import Decimal

from brbank.adapters.itau import ItauAdapter, ItauConfig
from brbank.erros import Validacao
from brbank.modelos import Encargos, Endereco, Instrucao, Pessoa, TipoInstrucao, Titulo
from brbank.status import StatusCanonico
from brbank.transporte import PoliticaRetry

BRANCH, ACCOUNT, DIGIT = "0001", "12345", "4"
WALLET = 109
ONCE = PoliticaRetry(tentativas=1)


def post(url: str, body: dict) -> dict:
    """A call to the sandbox's control API."""
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


class Run:
    """One run of the whole path."""

    def __init__(self, connection: dict) -> None:
        self.connection = connection
        self.pix_key = self.control(do="inspect")["accounts"][0]["pix_key"]

    def adapter(self, *, secret: str | None = None, certificate: bool = True, **more):
        kit = self.connection
        base = kit["base_url"]

        def read(name: str) -> bytes | None:
            return pathlib.Path(kit[name]).read_bytes() if certificate else None

        config = ItauConfig(
            conta="matriz",
            client_id=kit["client_id"],
            client_secret=secret or kit["client_secret"],
            agencia=BRANCH,
            conta_corrente=ACCOUNT,
            digito_conta=DIGIT,
            carteira=WALLET,
            chave_pix=self.pix_key,
            certificado_pem=read("certificate_file"),
            chave_pem=read("key_file"),
            url_token=f"{base}/api/oauth/token",
            url_cobranca=f"{base}/cash_management/v2",
            url_consulta=f"{base}/boletoscash/v2",
            url_bolecode=f"{base}/recebimentos-pix/v1",
            **more,
        )
        return ItauAdapter(config, retry=ONCE)

    def control(self, **what: object) -> dict:
        url = f"{self.connection['control_url']}/_sim/{self.connection['bank']}/control"
        return post(url, what)

    def advance(self, by: str) -> None:
        post(self.connection["control_url"] + "/_sim/clock", {"advance": by})

    async def strangers(self) -> None:
        wrong = self.adapter(secret="errado")
        await refused(Validacao, wrong.registrar_titulo(titulo("1")))
        await wrong.aclose()
        naked = self.adapter(certificate=False)
        # Without a certificate one may ask for one, and for nothing else.
        await refused(Validacao, naked.registrar_titulo(titulo("2")))
        await naked.aclose()

    async def life(self) -> None:
        bank = self.adapter()
        # The other reading of the new bolecode is refused, naming the field.
        error = await refused(Validacao, bank.registrar_titulo(titulo("450")))
        assert "valor_total_titulo" in str(vars(error)), vars(error)
        self.control(do="set", switch="bolecode_new_numbers", value="digits")

        made = await bank.registrar_titulo(titulo("450"))
        assert made.status is StatusCanonico.REGISTRADO, made
        assert made.nosso_numero == "00000450" and made.seu_numero == "450", made
        assert len(made.codigo_barras) == 44 and made.codigo_barras.startswith("3419"), made
        assert len(made.linha_digitavel) == 47, made
        assert made.pix_copia_cola.startswith("000201"), made
        assert made.txid.startswith("BL") and len(made.txid) == 32, made
        # Our number is the key: the same once more is refused.
        await refused(Validacao, bank.registrar_titulo(titulo("450")))

        read = await bank.consultar_titulo(made.id_banco)
        assert read.status is StatusCanonico.REGISTRADO, read
        assert read.codigo_barras == made.codigo_barras, (read, made)
        assert read.pix_copia_cola == made.pix_copia_cola, read
        assert read.valor_pago is None, read

        later = date.today() + timedelta(days=45)
        moved = await bank.enviar_instrucao(
            made.id_banco,
            Instrucao(
                chave_idempotencia="450-1",
                tipo=TipoInstrucao.PRORROGACAO,
                nova_data_vencimento=later,
            ),
        )
        assert moved.codigo_barras != made.codigo_barras, moved
        cheaper = await bank.enviar_instrucao(
            made.id_banco,
            Instrucao(
                chave_idempotencia="450-2", tipo=TipoInstrucao.ABATIMENTO, valor=Decimal("10")
            ),
        )
        shown = cheaper.resposta_bruta["dado_boleto"]
        assert shown["valor_abatimento"] == "10.00", shown

        await bank.baixar_titulo(made.id_banco)
        gone = await bank.consultar_titulo(made.id_banco)
        assert gone.status is StatusCanonico.BAIXADO, gone
        await refused(Validacao, bank.baixar_titulo(made.id_banco))
        await refused(Validacao, bank.consultar_titulo("99999999"))

        scanned = await bank.registrar_titulo(titulo("451"))
        self.control(do="pay", target="451", means="pix")
        paid = await bank.consultar_titulo(scanned.id_banco)
        # Paid by QR it is written off for having been settled, without a payment listed.
        assert paid.status is StatusCanonico.LIQUIDADO and paid.valor_pago is None, paid
        await bank.aclose()

    async def plain(self) -> None:
        bank = self.adapter(bolecode=False)
        made = await bank.registrar_titulo(titulo("460"))
        assert made.pix_copia_cola is None and made.codigo_barras.startswith("3419"), made
        self.control(do="pay", target="460", means="boleto")
        paid = await bank.consultar_titulo(made.id_banco)
        assert paid.status is StatusCanonico.LIQUIDADO, paid
        # Paid early, with the discount of 5 %.
        assert paid.valor_pago == Decimal("117.28") and paid.data_pagamento, paid
        # A token lives five minutes, whoever thinks otherwise.
        self.advance("PT10M")
        again = await bank.consultar_titulo(made.id_banco)
        assert again.status is StatusCanonico.LIQUIDADO, again
        await bank.aclose()


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
                logradouro="Rua das Acacias",
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
    )


async def refused(kind: type[Exception], call) -> Exception:
    try:
        got = await call
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} was expected, got {got!r}")


def main(binary: str, work: str) -> None:
    folder = pathlib.Path(work)
    command = [binary, "simulate", "itau", "--json", "--dir", str(folder / "itau")]
    command += ["--account", ACCOUNT + DIGIT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as simulator:
        try:
            line = simulator.stdout.readline()
            assert line, "the simulator said nothing"
            connection = json.loads(line)
            os.environ["SSL_CERT_FILE"] = connection["ca_file"]
            run = Run(connection)
            asyncio.run(run.strangers())
            asyncio.run(run.life())
            asyncio.run(run.plain())
        finally:
            simulator.send_signal(signal.SIGTERM)
        assert simulator.wait(timeout=60) == 0, "the simulator did not end well"
    print("brbank: token, bolecode, detail, instructions, write-off, payment: as expected")


if __name__ == "__main__":
    main(*sys.argv[1:])
