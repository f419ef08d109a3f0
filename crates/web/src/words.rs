//! The fields of the API in Portuguese, for the developers who read its documentation. The
//! glossary gives one name to one thing, so most fields need one description wherever they
//! stand.

/// What an object is.
pub(crate) fn schema(name: &str) -> Option<&'static str> {
    Some(match name {
        "Account" => "Uma conta bancária da empresa.",
        "AccountHealth" => "Como está uma conta.",
        "FileLayout" => "Um layout de arquivo (CNAB) de um banco.",
        "LastOurNumber" => "O último nosso número que foi usado na carteira.",
        "LastRemittance" => "A última remessa que o banco aceitou.",
        "NewRemittance" => "Uma remessa a gerar.",
        "NextNumber" => "O número da próxima remessa.",
        "NextRemittance" => "A próxima remessa de uma conta, como seria agora.",
        "Remittance" => "Um arquivo CNAB para o banco.",
        "RemittanceOrder" => "Um pedido ao banco, dentro de uma remessa ou à espera dela.",
        "RemittanceProblem" => "O que impede de gerar a remessa.",
        "ReturnFile" => "Um arquivo de retorno do banco, com o que trouxe.",
        "ReturnLine" => "O que um retorno diz de um título. Valores em centavos.",
        "Address" => "Um endereço no Brasil.",
        "Enrolment" => "Um pedido de credencial ao banco, sem nenhum segredo.",
        "Letter" => "A carta ao banco, como texto.",
        "LetterData" => "O que a carta ao banco diz além da empresa e da conta.",
        "Received" => "O que o banco enviou depois da carta.",
        "Rehearsal" => "O que o banco disse de um boleto que só lhe foi mostrado.",
        "Bank" => "Um banco que quita conhece, com o que ele pede.",
        "Beneficiary" => "Quem recebe.",
        "Boleto" => "Um boleto como está agora.",
        "BookedReceipt" => "Um recebimento como o contador o quer. Valores em centavos.",
        "Cancel" => "Pedido de baixa.",
        "Accepts" => "Que valores, além do devido, o banco recebe («recebimento divergente»).",
        "Change" => "Novos valores e encargos; o que for omitido fica como está.",
        "ChangeWanted" => "Uma alteração pedida e ainda não confirmada pelo banco.",
        "Charge" => "Uma cobrança: o que um cliente deve.",
        "Classification" => "Um item do plano de contas, ou um centro de custo.",
        "Company" => "A empresa.",
        "Contract" => "Um contrato: o que se cobra de novo a cada período.",
        "ContractPeriod" => "Um período de um contrato, que já teve sua vez.",
        "Credential" => "Uma credencial, sem nenhum segredo.",
        "Customer" => "Um cliente.",
        "Event" => "Algo que aconteceu.",
        "Events" => "Eventos em ordem.",
        "FieldError" => "Um campo a corrigir.",
        "Interval" => "De quanto em quanto se repete: `weekly`, `monthly` ou `yearly`.",
        "Chosen" => "Um boleto que um lançamento paga.",
        "Explain" => "O que um lançamento é, quando não paga boletos.",
        "Ignore" => "Um lançamento que nada precisa explicar.",
        "Match" => "O que explica um lançamento do extrato.",
        "MatchDifference" => "Como o valor de um lançamento se compara com o devido.",
        "MatchLine" => "Os boletos que um lançamento paga.",
        "MatchedBoleto" => "Um boleto que um lançamento paga.",
        "ReconciledLine" => "Um lançamento do extrato.",
        "MissingDecision" => "O que houve com um lançamento que o banco não mostra mais.",
        "StatementReading" => "Como o extrato de uma conta é lido no banco.",
        "Reject" => "Um boleto que um lançamento não paga.",
        "SuggestedBoleto" => "Um boleto que um lançamento pode pagar.",
        "Suggestion" => "O que um lançamento pode pagar.",
        "Suggestions" => "O que um lançamento pode ser.",
        "InstalmentMode" => "O que o valor das parcelas significa.",
        "IssuedBoletos" => "Boletos emitidos, na ordem do pedido.",
        "MadeToken" => "Um token recém-criado.",
        "NewAccount" => "Uma conta a cadastrar, com sua credencial.",
        "Missed" => "O que se faz dos períodos vencidos durante a pausa: `skip` ou `charge`.",
        "Model" => "Como se imprime: `boleto`, um por página, ou `carne`, três por página.",
        "NewBatch" => "Muitos boletos, todos ou nenhum.",
        "NewBoleto" => "Um boleto a emitir, com a cobrança que ele traz.",
        "NewContract" => "Um contrato a cadastrar ou alterar.",
        "CompanyData" => "O que pode mudar numa empresa.",
        "NewClassification" => "Um item do plano de contas, ou um centro de custo, a guardar.",
        "NewCredential" => "Uma credencial que toma o lugar da que a conta tem.",
        "NewCustomer" => "Um cliente, enviado com o boleto ou cadastrado antes.",
        "NewInstalments" => "As parcelas de um documento.",
        "NewPaymentForm" => "Uma forma de pagamento a cadastrar ou alterar.",
        "NewTerms" => "Parâmetros com um nome, contados a partir do vencimento de cada boleto.",
        "NewToken" => "Um token a criar.",
        "NodeHealth" => "Este servidor funciona.",
        "Party" => "Uma pessoa ou empresa citada no boleto.",
        "PaymentForm" => "Uma forma de pagamento.",
        "PdfRequest" => "Boletos para um arquivo.",
        "PendingItem" => "Algo que uma pessoa precisa olhar.",
        "ProbeStep" => "Um passo do teste da ligação.",
        "Problem" => "O que deu errado (RFC 9457, `application/problem+json`).",
        "Pursue" => "Protesto ou negativação: começar ou encerrar.",
        "Receipt" => "Um pagamento recebido.",
        "Refusal" => "Por que o banco recusou.",
        "SavedDiscount" => "Um desconto por pagamento antecipado.",
        "SettleByHand" => "Um boleto pago fora do banco.",
        "StatementDay" => "Um dia de uma conta, com o que o prova. Valores em centavos.",
        "StatementFetch" => "Quantas contas terão o extrato buscado.",
        "StatementImport" => "Um arquivo de extrato ou uma busca no banco, com o que trouxe.",
        "StatementLine" => "Um lançamento do extrato de uma conta.",
        "StatusChange" => "Outra situação para um contrato.",
        "Sync" => "Quantas contas serão consultadas.",
        "Term" => "Multa, juros ou desconto.",
        "TermValue" => {
            "Multa, juros ou desconto: `value` em porcentagem ou `face_value` em centavos."
        }
        "Terms" => "Parâmetros de boleto guardados.",
        _ if name.starts_with("Page_") => "Uma página de uma lista.",
        _ if name.starts_with("List_") => "Uma lista inteira.",
        _ => return None,
    })
}

/// What a field holds: as it is in this object, or else as everywhere.
pub(crate) fn field(schema: &str, name: &str) -> Option<&'static str> {
    in_object(schema, name).or_else(|| everywhere(name))
}

fn in_object(schema: &str, name: &str) -> Option<&'static str> {
    Some(match (schema, name) {
        ("Chosen", "amount") => "O que foi pago por ele, em centavos; o devido, se omitido.",
        ("Explain", "kind") => "`fee` (tarifa), `transfer` (transferência) ou `other` (outro).",
        ("Match", "kind") => "`boletos`, `fee`, `transfer`, `other` ou `ignored`.",
        ("Match", "boletos") => "Os boletos que ele paga, ou de que é a tarifa.",
        ("Match" | "Suggestion", "fee") => "O que o banco reteve, em centavos.",
        ("Match" | "MatchLine" | "Explain" | "Ignore", "note") => "Observação, até 200 caracteres.",
        ("Match" | "Suggestion", "difference") => "Como o valor se compara com o devido.",
        ("MatchDifference", "kind") => {
            "`due`, `nominal_only`, `short`, `over`, `paid_twice`; dito por uma pessoa: `interest`, \
             `discount`, `fee`, `other`."
        }
        ("MatchDifference", "amount") => {
            "Centavos; em `due`, quanto passa do valor nominal (negativo: quanto falta)."
        }
        ("MatchDifference", "text") => "O mesmo, para pessoas.",
        ("MatchLine", "boletos") => {
            "Um ou vários; o que somam é o valor do lançamento, ou `difference` diz o que é a diferença."
        }
        ("MatchLine", "difference") => {
            "O que é a diferença: `interest`, `discount`, `fee`, `short`, `over` ou `other`."
        }
        ("MatchedBoleto" | "SuggestedBoleto", "amount") => {
            "O que o lançamento paga dele, sem descontar a tarifa, em centavos."
        }
        ("ReconciledLine", "amount") => "Centavos; negativo para dinheiro que saiu.",
        ("ReconciledLine", "date") => "O dia no extrato.",
        ("ReconciledLine", "status") => {
            "`open`, `matched`, `fee`, `explained`, `doubtful` ou `given_up`."
        }
        ("Account" | "NewAccount", "layout") => {
            "Layout dos arquivos pelos quais a conta funciona, como `febraban-240`; null se por API."
        }
        ("Account", "numbered_by") => {
            "Por arquivo: quem dá o nosso número, `company` (imprime na hora) ou `bank` (depois do retorno)."
        }
        ("Bank", "layouts") => "Layouts de arquivo (CNAB) pelos quais uma conta pode funcionar.",
        ("FileLayout", "name") => "Nome: `febraban-240`, `itau-400`.",
        ("FileLayout", "width") => "Caracteres por linha: 240 ou 400.",
        ("FileLayout", "title") => "O que é, em poucas palavras.",
        ("FileLayout", "agreement") => "Campos do convênio, para `data` da conta.",
        ("FileLayout", "instructions") => {
            "O que se pode pedir por remessa: `register`, `write_off`…"
        }
        ("FileLayout", "returns") => "Se quita lê retornos neste layout.",
        ("Remittance" | "NextRemittance", "number") => {
            "Número da remessa no banco; nunca se repete nem é pulado."
        }
        ("Remittance" | "NextRemittance" | "ReturnFile", "layout") => "Nome do layout.",
        ("Remittance", "file_name") => "Nome com que é baixada.",
        ("Remittance", "orders") => "Quantos pedidos leva.",
        ("Remittance", "entries") => "Quantos são boletos novos.",
        ("Remittance" | "NextRemittance", "amount") => "Soma dos boletos novos em centavos.",
        ("NextRemittance", "orders") => "Os pedidos que levaria, até 5.000.",
        ("NextRemittance", "waiting") => "Quantos pedidos esperam ao todo.",
        ("NextRemittance", "problems") => "O que impede de gerá-la; vazio se nada.",
        ("NewRemittance", "order_ids") => {
            "Só estes pedidos; se omitido, todos os que esperam, até 5.000."
        }
        ("LastRemittance", "last_number") => "Número da última remessa que o banco aceitou.",
        ("LastOurNumber", "last_our_number") => "Último nosso número usado, sem o dígito.",
        ("NextNumber", "next_number") => "Número que o próximo terá.",
        ("RemittanceOrder", "instruction") => {
            "`register`, `write_off`, `write_off_paid_directly`, `change_expiration`, `change_amount`, \
             `grant_abatement`, `cancel_abatement`, `change_interest`, `waive_interest`, `change_fine`, \
             `waive_fine`, `change_discount`, `cancel_discount`, `protest`, `stop_protest`, \
             `list_negatively` ou `end_negative_listing`."
        }
        ("RemittanceOrder", "text") => "O mesmo em português, com o novo valor.",
        ("RemittanceOrder", "our_number") => "Nosso número; null se o banco ainda o dará.",
        ("RemittanceOrder", "status") => "Situação do boleto.",
        ("RemittanceProblem", "order_id") => {
            "O pedido em questão; null se é a conta ou o convênio."
        }
        ("RemittanceProblem", "field") => "Nome do campo.",
        ("ReturnFile", "file_name") => "Nome com que foi enviado a primeira vez.",
        ("ReturnFile", "file_number") => "Número do arquivo no banco, se ele o diz.",
        ("ReturnFile", "news") => "Títulos que trouxeram novidade.",
        ("ReturnFile", "open") => "Títulos que uma pessoa precisa conferir.",
        ("ReturnFile", "received") => "Pagamentos que não se conheciam, em centavos.",
        ("ReturnFile", "warnings") => "O que não pôde ser lido, e outras estranhezas.",
        ("ReturnLine", "line") => "Linha do arquivo, a partir de 1.",
        ("ReturnLine", "text") => "O que o código significa.",
        ("ReturnLine", "reasons") => "Motivos do banco, com o código de cada um.",
        ("ReturnLine", "our_number") => "Nosso número, como está no arquivo.",
        ("ReturnLine", "document_number") => "Seu número, como está no arquivo.",
        ("ReturnLine", "boleto_id") => "Id do boleto; null se não é de nenhum desta conta.",
        ("ReturnLine", "fee") => "Tarifa que o banco informa.",
        ("Suggestion", "boletos") => "Os boletos, um ou vários.",
        ("Account", "status") => "`active` ou `inactive`.",
        ("Account", "fee") => {
            "Tarifa por boleto liquidado, como a empresa a digitou, em centavos; null se não disse."
        }
        ("BookedReceipt", "amount") => "Valor pago.",
        ("BookedReceipt", "discount") => "Desconto e abatimento; null se não se sabe.",
        ("BookedReceipt", "fee") => "Tarifa; null se não se sabe.",
        ("BookedReceipt", "fine") => "Multa dentro do valor pago; null se não se sabe.",
        ("BookedReceipt", "interest") => "Juros dentro do valor pago; null se não se sabe.",
        ("Classification", "active") => "Se boletos novos podem tê-lo.",
        ("NewClassification", "active") => "Se boletos novos podem tê-lo; sim, se omitido.",
        ("Classification" | "NewClassification", "description") => {
            "Nome para pessoas, único no cadastro, até 60 caracteres."
        }
        ("Charge", "chart_account") => "Item do plano de contas; vazio se nenhum.",
        ("Charge", "cost_center") => "Centro de custo; vazio se nenhum.",
        ("Charge", "note") => "Observação interna; vazia se não há.",
        ("Account", "bank") => "Código do banco (COMPE).",
        ("Bank", "enrolment_fields") => {
            "O que a carta que pede a credencial diz além da empresa e da conta; vazio se o banco as dá no portal."
        }
        ("Enrolment", "kind") => "`first`: o primeiro certificado; `next`: a renovação.",
        ("Enrolment", "stage") => {
            "`letter`, `waiting` (aguardando o banco), `ready` (falta pedir o certificado), `unknown` (a resposta se \
             perdeu), `refused`, `done` ou `abandoned`."
        }
        ("Enrolment" | "LetterData", "data") => {
            "Dados da carta; os de cada banco estão em `enrolment_fields` de `GET /v1/banks`."
        }
        ("Enrolment", "public_key") => {
            "Metade pública do par de chaves, PEM. A privada nunca sai do servidor."
        }
        ("Enrolment" | "Received", "client_id") => "Client ID que o banco enviou.",
        ("Enrolment", "has_token") => {
            "Se há um token temporário guardado para a próxima tentativa."
        }
        ("Enrolment", "token_until") => "Até quando esse token vale, UTC.",
        ("Enrolment", "letter_at") => "Quando a carta foi ao banco, UTC.",
        ("Enrolment", "asked_at") => "Quando o certificado foi pedido pela última vez, UTC.",
        ("Enrolment" | "Rehearsal", "code") => "Código do banco para a recusa; vazio se não houve.",
        ("Enrolment" | "Rehearsal", "message") => "O que deu errado e o que fazer; vazio se nada.",
        ("Enrolment", "credential_id") => "A credencial que resultou; null antes.",
        ("Received", "token") => {
            "Token temporário. Fica cifrado até ser usado e nunca mais é mostrado."
        }
        ("Received", "ca") => "Só em ambiente de testes: raiz do simulador, PEM.",
        ("Letter", "subject") => "Assunto.",
        ("Letter", "text") => "Tudo, com o assunto.",
        ("Rehearsal", "accepted") => "Se o banco registraria o boleto, como está agora.",
        ("Rehearsal", "field") => "Nosso nome do campo em falta, se o banco o apontou.",
        ("Account" | "NewAccount" | "AccountHealth", "description") => {
            "Nome da conta, para pessoas."
        }
        ("Account" | "NewAccount", "number") => "Número da conta, sem o dígito.",
        ("Bank", "code") => "Código do banco (COMPE).",
        ("Bank", "name") => "Nome do banco.",
        ("Bank", "scopes") => "Permissões a pedir ao banco, com a finalidade de cada uma.",
        ("Boleto", "discounts") => "Descontos por pagamento até uma data.",
        ("Boleto", "settled_at") => "Instante em que quita soube da liquidação, UTC.",
        ("Boleto", "status") => {
            "`CREATED`, `REGISTERED`, `REJECTED`, `SETTLED`, `EXPIRED`, `CANCELLATION_REQUESTED` ou \
             `CANCELLED`."
        }
        ("Boleto", "customer") => "Quem deve, como estava na emissão.",
        ("Cancel", "reason") => "Motivo, até 50 caracteres.",
        ("Change", "amount") => "Novo valor nominal em centavos.",
        ("Change", "expiration_date") => "Novo vencimento.",
        ("Contract" | "StatusChange", "status") => "`active`, `paused` ou `ended`.",
        ("ContractPeriod", "status") => {
            "`open` (espera por uma pessoa ou pela próxima tentativa), `issued` ou `skipped`."
        }
        ("ContractPeriod", "message") => "Por que não pôde ser emitido, ou por que foi pulado.",
        ("ContractPeriod", "document_number") => "Número do boleto, emitido ou por emitir.",
        ("NewContract", "description") => "O que se cobra, para pessoas.",
        ("NewContract", "number") => {
            "Único entre os contratos da empresa; se omitido, o próximo. Os boletos são `CT 12 - 3/12`."
        }
        ("NewContract", "account_id") => {
            "Em que conta; se omitido, a da forma de pagamento ou a padrão."
        }
        ("NewContract", "invoice_type") => "`bill_of_exchange` (se omitido) ou `tuition_payment`.",
        ("NewContract", "amount") => "Valor de cada período em centavos.",
        ("NewContract", "expiration_date") => {
            "Vencimento do primeiro período a emitir, `AAAA-MM-DD`, de hoje em diante."
        }
        ("NewContract", "terms_id") => {
            "Parâmetros guardados; se omitido, os da forma de pagamento."
        }
        ("NewContract", "messages") => "Linhas de cada boleto; se omitidas, as dos parâmetros.",
        ("NewPaymentForm", "description") => "Nome para pessoas, único na empresa.",
        ("NewPaymentForm", "kind") => {
            "Código do meio de pagamento na NF-e (`tPag`); `15` é boleto."
        }
        ("NewPaymentForm", "account_id") => "Em que conta; boletos precisam de uma.",
        ("NewPaymentForm", "terms_id") => "Com que parâmetros.",
        ("Credential", "bank") => "O banco, pelo nome de `folder` em `GET /v1/banks`.",
        ("Credential", "name") => "Nome da credencial, para pessoas.",
        ("Credential", "status") => {
            "`new` (o banco ainda não foi consultado), `waiting` (o banco talvez ainda precise ativá-la), \
             `active` ou `refused`."
        }
        ("Credential", "accounts") => "Ids das contas ligadas com ela.",
        ("Account", "credential_id") => "Id da credencial; várias contas podem ter a mesma.",
        ("NewAccount", "credential_id") => {
            "Credencial que outra conta da empresa tem neste banco, em vez de `credential`."
        }
        ("NewAccount", "is_default") => {
            "Se cobra quando nenhuma conta é informada, no lugar da que cobrava."
        }
        ("NewCredential", "responsible_email") => {
            "E-mail de quem responde por ela e é avisado antes que termine; se omitido, o da anterior."
        }
        ("Event", "id") => "Id do evento.",
        ("Event", "kind") => "`boleto.registered`, `boleto.settled`, `receipt.created`…",
        ("Event", "data") => "Mais detalhes, conforme o tipo.",
        ("Events", "data") => "Do mais antigo ao mais novo.",
        ("FieldError", "field") => {
            "Caminho do campo: `customer.address.postal_code`, `boletos[3].amount`."
        }
        ("FieldError", "code") => "Para programas: `missing`, `invalid`, `too_long`…",
        ("MadeToken", "id") => "Id do token; quem o usa aparece como `application:ID`.",
        ("MadeToken" | "NewToken", "name") => "Nome para pessoas: que programa usa o token.",
        ("MadeToken", "token") => {
            "O token. Vem só na primeira resposta; vazio na repetição do pedido."
        }
        ("NewAccount", "bank") => "O banco: código COMPE ou `folder` de `GET /v1/banks`.",
        ("NewAccount", "data") => "Outros campos da conta, nas palavras do banco.",
        ("NewBatch", "boletos") => "De 1 a 1000.",
        ("NewBoleto", "account_id") => "Em que conta; pode faltar quando a empresa só tem uma.",
        ("NewBoleto", "document_number") => {
            "Seu número, único entre as cobranças da empresa: `NFe 450 - 1/1`. Até 40 caracteres."
        }
        ("NewBoleto", "expiration_date") => "Vencimento, `AAAA-MM-DD`, de hoje em diante.",
        ("NewBoleto", "limit_date") => {
            "Último dia em que se pode pagar; se omitido, 30 dias depois do vencimento (ou o máximo do \
             banco)."
        }
        ("NewBoleto", "customer") => "Quem deve. Este campo ou `customer_id`.",
        ("NewBoleto", "customer_id") => "Um cliente já cadastrado.",
        ("NewBoleto", "invoice_type") => {
            "`bill_of_exchange` (se omitido), `proposal`, `deposit` ou `tuition_payment`."
        }
        ("NewBoleto", "chart_account") => {
            "Item ativo do plano de contas, pela descrição ou pelo id. Não é impresso nem vai ao banco. Com \
             `replaces`, o que for omitido fica como está na cobrança, e vazio é nenhum."
        }
        ("NewBoleto", "cost_center") => {
            "Centro de custo ativo, pela descrição ou pelo id, como `chart_account`."
        }
        ("NewBoleto", "note") => "Observação interna, até 500 caracteres, como `chart_account`.",
        ("NewBoleto", "model") => "`boleto` (se omitido) ou `carne`: como se imprime.",
        ("NewTerms", "model") => "`boleto` (se omitido) ou `carne`: o que «Imprimir» faz.",
        ("PdfRequest", "model") => "`boleto` ou `carne`; se omitido, como dizem os parâmetros.",
        ("NewBoleto", "origin") => {
            "Que documento cobra: `avulso` (se omitido), `nfe`, `nfse`, `cte`, `sales_order`, \
             `service_order`, `future_sale` ou `contract`."
        }
        ("NewBoleto", "replaces") => {
            "Id de um boleto recusado, cancelado ou expirado: este cobra a mesma cobrança e deve ter o \
             número dela."
        }
        ("NewCustomer", "document") => "CPF ou CNPJ, com ou sem pontuação.",
        ("NewCustomer", "address") => {
            "Endereço; a maioria dos bancos exige. Se omitido num boleto, fica o cadastrado."
        }
        ("NewCustomer", "email") => "E-mail. Vazio ou omitido num boleto, fica o cadastrado.",
        ("NewCustomer", "phone") => {
            "Telefone com DDD. Vazio ou omitido num boleto, fica o cadastrado."
        }
        ("NewInstalments", "boleto") => {
            "O primeiro boleto. O número ganha ` - n/N`; o valor se repete ou se divide."
        }
        ("NewTerms", "discounts") => {
            "Até três descontos, primeiro o de mais dias antes do vencimento; estes ou `discount_value`."
        }
        ("NewTerms", "hybrid") => "Se querem QR Code Pix; se omitido, quando o banco oferece.",
        ("SavedDiscount", "value") => "Porcentagem em texto, `\"2.00\"`.",
        ("SavedDiscount", "face_value") => "Centavos.",
        ("SavedDiscount", "days") => "Vale até tantos dias antes do vencimento.",
        ("NewTerms", "description") => "Nome para pessoas, único na empresa.",
        ("NewToken" | "MadeToken", "scopes") => "Permissões: `read`, `charge`, `configure`.",
        ("NodeHealth", "status") => "`ok`; se não, a resposta é um problema.",
        ("PendingItem", "kind") => "Para programas: `paid_twice`, `outcome_unknown`…",
        ("ProbeStep", "message") => "O que o banco disse e o que fazer.",
        ("Problem", "type") => "`/problems/<código>`: o tipo do problema.",
        ("Problem", "title") => "O tipo do problema em poucas palavras.",
        ("Problem", "status") => "Status HTTP.",
        ("Pursue", "on") => "true para começar, false para encerrar.",
        ("Change", "abatement") => {
            "Novo abatimento em centavos, descontado em qualquer data; 0 o cancela."
        }
        ("Change", "fine") => "Nova multa; null para não cobrar mais multa.",
        ("Change", "interest") => "Novos juros; null para não cobrar mais juros.",
        ("Change", "discounts") => {
            "Descontos no lugar dos que havia; lista vazia para não dar mais desconto."
        }
        ("Change", "accepts") => "Que valores, além do devido, o banco passa a receber.",
        ("Accepts", "kind") => "`exact` (nenhum), `any` (qualquer), `at_least` ou `between`.",
        ("Accepts", "least") => "Em `at_least` e `between`: o menor valor, em centavos.",
        ("Accepts", "most") => "Em `between`: o maior valor, em centavos.",
        ("Boleto", "accepts") => {
            "Que valores, além do devido, o banco recebe; null se está como foi emitido."
        }
        ("ChangeWanted", "field") => {
            "`expiration_date`, `amount`, `fine`, `interest`, `discounts`, `abatement` ou `accepts`."
        }
        ("ChangeWanted", "text") => "O novo valor, em português.",
        ("ChangeWanted", "taken_at") => {
            "Instante em que o banco o aceitou; vale quando o banco o mostra. null até lá."
        }
        ("Receipt", "amount") => "Valor recebido em centavos.",
        ("Receipt", "settled_at") => "Instante em que o dinheiro chegou à conta, UTC.",
        ("Refusal", "code") => "Código do banco.",
        ("Refusal", "message") => "O que significa e o que fazer.",
        ("Refusal", "field") => "O campo recusado, com o nome que tem nesta API.",
        ("SettleByHand", "paid_on") => "O dia em que foi pago.",
        ("SettleByHand", "amount") => "Valor recebido em centavos.",
        ("StatementDay", "day") => "O dia, em São Paulo.",
        ("StatementDay", "opening") => {
            "O que havia antes: o último saldo do banco e os lançamentos desde então; null se nada se sabe."
        }
        ("StatementDay", "moved") => "Soma dos lançamentos do dia que contam.",
        ("StatementDay", "closing") => {
            "Saldo que o banco informa no fim do dia; null se não informou."
        }
        ("StatementDay", "difference") => {
            "Saldo do banco menos aquele a que os lançamentos levam; zero se conferido, null se não há o que comparar."
        }
        ("StatementDay", "status") => "`closed` (conferido), `open` ou `start` (saldo de partida).",
        ("StatementFetch", "accounts") => "Quantas contas.",
        ("StatementImport", "source") => {
            "`api`, `api_simple` (extrato simples do banco), `ofx`, `camt`, `cnab_e` ou `csv`."
        }
        ("StatementImport", "file_name") => "Nome do arquivo; vazio se foi busca no banco.",
        ("StatementImport", "first_day") => "Primeiro dia de que trata; null se não se sabe.",
        ("StatementImport", "last_day") => "Último dia de que trata.",
        ("StatementImport", "new") => "Lançamentos acrescentados.",
        ("StatementImport", "known") => "Lançamentos que já estavam aqui.",
        ("StatementImport", "doubtful") => "Lançamentos que esperam por uma pessoa.",
        ("StatementImport", "warnings") => "O que não pôde ser lido, e outras estranhezas.",
        ("StatementLine", "date") => "O dia em que o banco o mostra.",
        ("StatementLine", "amount") => "Centavos; negativo para o que saiu.",
        ("StatementLine", "memo") => "Histórico, como o banco o escreve.",
        ("StatementLine", "type") => "O tipo, na palavra do banco: `PIX`, `TARIFA`…",
        ("StatementLine", "bank_id") => "Id do lançamento no banco, se há um.",
        ("StatementLine", "check_number") => "Número do cheque ou do documento.",
        ("StatementLine", "our_number") => "Nosso número do boleto de que o banco fala.",
        ("StatementLine", "txid") => "Identificador da cobrança Pix que foi paga.",
        ("StatementLine", "payer_document") => {
            "CPF ou CNPJ de quem pagou; `*` onde o banco o esconde."
        }
        ("StatementLine", "payer_name") => "Nome de quem pagou.",
        ("StatementLine", "source") => {
            "A fonte mais rica que o mostrou: `api`, `api_simple`, `ofx`, `camt`, `cnab_e` ou `csv`."
        }
        ("StatementLine", "status") => {
            "`open`, `matched`, `fee`, `explained`, `doubtful` ou `given_up`; os dois últimos não contam no saldo."
        }
        ("StatementLine", "doubt") => "Por que talvez já estivesse aqui.",
        ("StatementLine", "missing") => {
            "Se o banco não o mostra mais: `undecided`, ou o que alguém decidiu, `kept` (conta) ou \
             `discarded` (não conta). Nulo enquanto o banco o mostra."
        }
        ("MissingDecision", "decision") => {
            "`discarded`: o banco o retirou, e não conta mais; `kept`: conta como antes."
        }
        ("StatementReading", "daily") => "Se é lido todo dia útil, ou só quando alguém pede.",
        ("Account", "statement_daily") => {
            "Se o extrato é lido no banco todo dia útil; nulo onde o banco não dá extrato."
        }
        ("StatementLine", "doubt_of") => "Id do lançamento que talvez seja.",
        ("StatementLine", "import_id") => "Em qual importação ou busca foi achado.",
        ("Sync", "accounts") => "Quantas contas.",
        ("Term" | "TermValue", "value") => "Porcentagem em texto, `\"2.00\"`; nos juros, ao mês.",
        ("Term" | "TermValue", "face_value") => "Centavos; nos juros, por dia.",
        ("Term", "date") => "Primeiro dia da multa ou dos juros; último dia do desconto.",
        ("TermValue", "date") => {
            "Primeiro dia da multa ou dos juros (se omitido, o dia depois do vencimento); último dia do \
             desconto."
        }
        _ => return None,
    })
}

fn everywhere(name: &str) -> Option<&'static str> {
    Some(match name {
        "boleto_number" => "Número do documento do boleto aqui.",
        "effect" => {
            "No que deu: `new`, `known`, `nothing`, `unknown` (sem boleto aqui) ou `look` (a conferir)."
        }
        "occurrence" => "Código do banco para o que aconteceu.",
        "paid_amount" => "O que foi pago.",
        "occurrence_date" => "Dia em que aconteceu.",
        "credit_date" => "Dia do crédito.",
        "notes" => "O que há de estranho e o que fazer.",
        "written_on" => "Dia em que o banco gravou o arquivo.",
        "done_at" => "Instante em que acabou de ser lido, UTC; null enquanto é lido.",
        "titles" => "Títulos lidos.",
        "known" => "Se o mesmo conteúdo já estava aqui, com qualquer nome.",
        "sent_at" => "Instante em que alguém disse que o banco a tem, UTC.",
        "sent_by" => "Quem o disse.",
        "sha256" => "SHA-256 do conteúdo, em hexadecimal.",
        "next_remittance" => {
            "Por arquivo: número da próxima remessa, acima da última que o banco aceitou."
        }
        "first_our_number" => {
            "Por arquivo, se a empresa dá o nosso número: o primeiro que está livre; 1 se omitido."
        }
        "abatement" => "Abatimento em centavos, descontado em qualquer data.",
        "account" => "Nome da conta.",
        "account_code" => "Número da conta com o dígito.",
        "account_id" => "Id da conta.",
        "active" => "Se pode ser escolhida; sim, se omitido.",
        "address" => "Endereço.",
        "amount" => "Valor nominal em centavos.",
        "automatic" => "Se foi conciliado sem ninguém decidir.",
        "boleto_amount" => "Valor nominal em centavos.",
        "confidence" => "Confiança, em milionésimos.",
        "is_fee" => "Se parece tarifa do banco.",
        "line" => "O lançamento.",
        "memo" => "O texto do banco.",
        "payer_document" => "CPF ou CNPJ de quem pagou, se o banco o diz.",
        "payer_name" => "Nome de quem pagou, se o banco o diz.",
        "reasons" => "O que fala a favor: `our_number`, `amount`, `document`, `name`…",
        "suggestions" => "Da mais provável à menos.",
        "undone_at" => "Quando foi desfeita, UTC; null se vale.",
        "undone_by" => {
            "Quem a desfez: `user:…`, `application:…`, ou `bank` quando o banco mudou ou retirou o lançamento."
        }
        "why_not" => "Por que nada é certo: `several`, `other_payer`, `weak`…",
        "why_not_text" => "O mesmo, para pessoas.",
        "api" => "Se quita fala com a API deste banco.",
        "bank_name" => "Nome do banco.",
        "bank_reference" => "Como o banco conhece este boleto por nossa referência (`seuNumero`).",
        "barcode" => "Código de barras, 44 dígitos, depois do registro.",
        "boleto_id" => "Id do boleto.",
        "boletos" => "Na ordem do pedido.",
        "boleto_status" => "Como está o boleto.",
        "br_code" => "Pix copia e cola do boleto híbrido, depois do registro.",
        "branch" => "Agência, só dígitos.",
        "branch_code" => "Agência.",
        "calculated" => {
            "Se juros, multa e desconto foram calculados pelos parâmetros, que explicam o valor ao centavo; \
             nenhum banco os disse."
        }
        "changes_wanted" => {
            "Alterações de valores e encargos pedidas e ainda não confirmadas pelo banco."
        }
        "cancellation_wanted" => "Baixa pedida e ainda não confirmada pelo banco.",
        "certificate_days" => {
            "Dias até o fim do certificado ou da integração no banco, o que vier antes."
        }
        "credential_status" => {
            "`new` (o banco ainda não foi consultado), `waiting` (o banco talvez ainda precise ativar a \
             integração), `active`, `refused`, ou `none` se a conta não está ligada."
        }
        "integration_ends_on" => {
            "Último dia da integração no banco, se ele mostra um: `AAAA-MM-DD`."
        }
        "is_default" => "Se cobra quando nenhuma conta é informada.",
        "responsible_email" => {
            "E-mail de quem responde pela credencial e é avisado antes que termine; pode ser vazio."
        }
        "chart_account" => "Item do plano de contas; vazio se nenhum.",
        "charge_id" => "Id da cobrança.",
        "city" => "Cidade.",
        "complement" => "Complemento.",
        "connected" => "Se a conta tem credencial.",
        "cost_center" => "Centro de custo; vazio se nenhum.",
        "contract" => "O que o contrato diz.",
        "count" => "Quantas, de 1 a 99.",
        "created_at" => "Instante da criação, UTC.",
        "created_by" => "`user:…`, `application:…` ou `system`.",
        "credential" => {
            "Campos da credencial, nas palavras do banco: veja `GET /v1/banks`. Nunca mais são mostrados."
        }
        "credential_fields" => "O que a credencial pede: nome, rótulo, tipo e onde encontrar.",
        "credited_on" => "Dia do crédito na conta.",
        "customer" => "Quem deve.",
        "customer_document" => "CPF ou CNPJ de quem devia, sem pontuação.",
        "customer_name" => "Quem devia.",
        "customer_id" => "Id do cliente.",
        "data" => "O que foi encontrado.",
        "day" => "O dia que conta: o do crédito, ou o do pagamento se o banco não disse o outro.",
        "day_of_month" => {
            "Dia fixo do mês dos vencimentos depois do primeiro; num mês mais curto, o último dia."
        }
        "days" => "Dias depois da emissão em que vence cada parcela, em ordem.",
        "days_before" => "Emite tantos dias antes do vencimento; 10 se omitido.",
        "days_after_due" => "Dias depois do vencimento em que ainda se pode pagar.",
        "detail" => "O que aconteceu e o que fazer.",
        "digit" => "Dígito da conta.",
        "discount_days" => "Até quantos dias antes do vencimento vale o desconto.",
        "discount_value" => "Porcentagem de desconto por pagar antes, em texto.",
        "discounts" => "Até três descontos, cada um até uma data.",
        "district" => "Bairro.",
        "document" => "CPF ou CNPJ, sem pontuação.",
        "document_number" => "Número do documento da empresa.",
        "document_type" => "`cpf` ou `cnpj`.",
        "email" => "E-mail.",
        "end_date" => "Nada vence depois deste dia. Este, `periods` ou nenhum: continua sem fim.",
        "end_to_end_id" => "Identificador do Pix (`endToEndId`).",
        "environment" => "`production` ou `sandbox`.",
        "errors" => "Os campos a corrigir, todos de uma vez.",
        "every" => "A cada tantas semanas, meses ou anos; 1 se omitido.",
        "expiration_date" => "Vencimento.",
        "fee" => "Tarifa do banco em centavos.",
        "fee_projected" => {
            "Se a tarifa não é palavra do banco, mas a que a empresa digitou na conta."
        }
        "fine" => "Multa, cobrada uma vez depois do vencimento.",
        "fine_days" => "Primeiro dia da multa, tantos dias depois do vencimento; 1 se omitido.",
        "fine_face_value" => "Multa em centavos.",
        "fine_value" => "Porcentagem de multa, em texto: `\"2.00\"`.",
        "first_period" => "O número desse período; 1 se omitido.",
        "form" => "O que a forma de pagamento diz.",
        "folder" => "Nome do banco nesta API.",
        "hosts" => "Só em ambiente de testes: endereços do simulador.",
        "hybrid" => "Se leva QR Code Pix; sim, se omitido e o banco tiver.",
        "id" => "Id, 36 caracteres.",
        "ids" => "Ids de boletos, na ordem das páginas, de 1 a 2000.",
        "interest" => "Juros, por dia (centavos) ou ao mês (porcentagem).",
        "interest_days" => "Primeiro dia de juros, tantos dias depois do vencimento; 1 se omitido.",
        "interest_face_value" => "Juros em centavos por dia.",
        "interest_value" => "Porcentagem de juros ao mês, em texto: `\"1.00\"`.",
        "interval" => "De quanto em quanto se repete; `monthly` se omitido.",
        "invoice_type" => "Tipo do boleto.",
        "issued" => "Quantos períodos já têm boleto.",
        "issuance_date" => "Emissão.",
        "last_error" => "O que deu errado na última consulta; vazio se nada.",
        "last_look" => "Instante da última consulta, completa ou não, UTC.",
        "last_period" => "Número do último período; null se continua sem fim.",
        "last_success" => "Instante da última consulta completa, UTC.",
        "last_webhook" => "Instante da última chamada do banco, UTC.",
        "legal_name" => "Nome ou razão social.",
        "limit_date" => "Último dia em que se pode pagar.",
        "means" => "`boleto` ou `pix`.",
        "message" => "Para pessoas: o que está errado e o que fazer.",
        "messages" => "Linhas impressas no boleto.",
        "missed" => "Obrigatório ao retomar depois de períodos vencidos: `skip` ou `charge`.",
        "mode" => {
            "`repeat`: cada parcela tem o valor inteiro; `divide`: os centavos que sobram vão na primeira."
        }
        "net" => "Valor pago sem a tarifa; null se ela não é conhecida.",
        "next_after" => {
            "Devolva em `after` para continuar; igual ao pedido quando não há nada novo."
        }
        "next_period" => "O próximo período a emitir; null depois do último.",
        "next_expiration_date" => "Quando ele vence.",
        "next_issue_date" => "O dia em que será emitido.",
        "next_cursor" => "Devolva em `cursor` para a próxima página; null no fim.",
        "nominal" => "Valor nominal do boleto.",
        "not_after" => "Fim da validade do certificado, UTC.",
        "notice" => "Para pessoas: o que fazer com o token.",
        "number" => "Número; `S/N` se não há.",
        "ok" => "Se funcionou.",
        "opened_at" => "Desde quando, UTC.",
        "origin" => "Que documento cobra.",
        "our_number" => "Nosso número, dado pelo banco no registro.",
        "paid_on" => "Dia em que o cliente pagou.",
        "pix_error" => "Por que os Pix não puderam ser lidos por si; vazio quando puderam.",
        "payment_place" => "Local de pagamento impresso no boleto, até 80 caracteres.",
        "payment_form_id" => "Forma de pagamento, de onde vêm conta e parâmetros quando omitidos.",
        "period" => "Número do período.",
        "periods" => "Número do último período.",
        "phone" => "Telefone com DDD.",
        "postal_code" => "CEP, 8 dígitos.",
        "public_token" => {
            "A página do pagador é `/p/<public_token>` no endereço público: mande este link ao cliente."
        }
        "readjustment" => "Porcentagem com que uma pessoa reajusta o valor, em texto: `\"4.50\"`.",
        "receipts" => "Cada pagamento recebido.",
        "received" => "Total recebido em centavos.",
        "receiver" => "Sacador avalista.",
        "refusal" => "Por que o banco recusou.",
        "registered_at" => "Instante em que quita soube do registro, UTC.",
        "request_id" => "O mesmo do cabeçalho `x-request-id`: informe-o ao pedir ajuda.",
        "reversed" => {
            "Quanto do boleto foi estornado ou devolvido, em qualquer dia; não descontado do valor."
        }
        "seq" => "O lugar na ordem: peça o que vem depois dele.",
        "settled_by_hand" => "Baixado como pago fora do banco.",
        "settlement_delay" => "Demora usual entre o pagamento e a liquidação.",
        "state" => "Sigla do estado, `MG`.",
        "step" => "O que foi tentado.",
        "street" => "Rua, sem o número.",
        "subject" => "Id daquilo de que se trata.",
        "terms" => "O que os parâmetros dizem.",
        "terms_id" => "Parâmetros guardados; o que vier aqui ao lado vale mais.",
        "trade_name" => "Nome fantasia.",
        "txid" => "Identificador do Pix do boleto híbrido.",
        "updated_at" => "Instante da última mudança, UTC.",
        "version" => "Versão de quita.",
        "waiting" => "Quantos períodos esperam por uma pessoa.",
        "writable_line" => "Linha digitável, 47 dígitos, depois do registro.",
        _ => return None,
    })
}
