// Every screen of an installation that livedIn() has filled: name, address, and whether one must
// have signed in. `empty` is an installation not yet made, `home` the other, `seen` what livedIn() gave.
export function screens(empty, home, seen) {
  return [
    ["primeiro-acesso", empty.firstRun, false],
    ["entrar", `${home.url}/entrar`, false],
    ["inicio", `${home.url}/`, true],
    ["boletos", `${home.url}/boletos`, true],
    ["boleto", `${home.url}/boletos/${seen.registered}`, true],
    ["boleto-liquidado", `${home.url}/boletos/${seen.settled}`, true],
    ["boleto-rejeitado", `${home.url}/boletos/${seen.rejected}`, true],
    ["emitir", `${home.url}/boletos/emitir`, true],
    ["lote", `${home.url}/boletos/lote`, true],
    ["clientes", `${home.url}/clientes`, true],
    ["cliente-novo", `${home.url}/clientes/novo`, true],
    ["clientes-importar", `${home.url}/clientes/importar`, true],
    ["parametros", `${home.url}/parametros`, true],
    ["parametros-novo", `${home.url}/parametros/novo`, true],
    ["formas-de-pagamento", `${home.url}/formas-de-pagamento`, true],
    ["contas", `${home.url}/contas`, true],
    ["conta", `${home.url}/contas/${seen.account}`, true],
    ["conta-exportar", `${home.url}/contas/${seen.account}/exportar`, true],
    ["conta-nova", `${home.url}/contas/nova`, true],
    ["conta-nova-banco", `${home.url}/contas/nova/inter`, true],
    ["empresa", `${home.url}/empresa`, true],
    ["email", `${home.url}/email`, true],
    ["usuarios", `${home.url}/usuarios`, true],
    ["tokens", `${home.url}/tokens`, true],
    ["minha-senha", `${home.url}/minha-senha`, true],
    ["pagador", `${home.public}/p/${seen.link}`, false],
  ];
}
