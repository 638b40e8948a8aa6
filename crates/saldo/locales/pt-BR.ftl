## Em volta de cada página

live-gone = Sem conexão com o servidor: o que esta página mostra pode estar desatualizado. Ela continua sozinha assim que a conexão voltar.
skip = Ir para o conteúdo
menu = Menu
language = Idioma
update = Atualizar
sign-out = Sair
newer = Mais recentes
older = Mais antigos
pages = Páginas
copied = Copiado
request-id = Requisição

billing = Faturamento
recharge = Recarga
usage = Consumo
statement = Extrato
saved-cards = Cartões salvos
api-keys = Chaves de API
console = Console
mails = E-mails

## Entrada

sign-in = Entrar
sign-in-heading = Boas-vindas
staff-sign-in = Acesso da equipe
sign-in-to = Entre em { $brand }.
login = E-mail, CPF ou CNPJ
password = Senha
sign-in-submit = Entrar
sign-in-wrong-pair = Login ou senha incorretos. Confira os dois e tente de novo.
sign-in-empty = Preencha seu login e sua senha.
sign-in-mistyped = Este CPF ou CNPJ não é válido: confira os números.
sign-in-too-many = { $n ->
    [one] Muitas tentativas. Espere 1 minuto e tente de novo.
   *[other] Muitas tentativas. Espere { $n } minutos e tente de novo.
}
sign-in-session-ended = Sua sessão terminou. Entre de novo para continuar.
forgotten-password = Esqueceu a senha?
forgotten-password-heading = Esqueci a senha
forgotten-password-text = Enviaremos um link para você escolher uma nova.
forgotten-password-submit = Enviar o link
forgotten-password-sent = Se este login estiver cadastrado, um link será enviado ao e-mail dele.
forgotten-password-sent-hint = Pode levar um minuto. Confira também a caixa de spam.
first-access = Primeiro acesso
first-access-text = Com um código de acesso de { $brand } e o seu CPF ou CNPJ você escolhe sua senha. Peça o código:
first-access-empty = Preencha seu CPF ou CNPJ e o código.
first-access-bad-document = Isto não é um CPF ou CNPJ: confira se algum dígito foi trocado.
first-access-refused = Documento e código não conferem, ou o código não vale mais. Confira os dois ou peça um novo código a { $brand }.
access-code = Código de acesso
access-code-hint = Oito letras e algarismos. Maiúsculas e o traço não importam.
or-by = ou
no-email-ask = Não tem e-mail cadastrado? Peça um código de acesso a { $brand }:
i-have-a-code = Tenho um código
back-to-sign-in = Voltar ao login
set-password = Escolha uma senha
set-password-text = Escolha uma nova senha. Os outros dispositivos serão desconectados.
set-password-invited = { $brand } abriu uma conta para você. Escolha uma senha para entrar.
set-password-invited-staff = Você vai trabalhar no console de { $brand }. Escolha uma senha para entrar.
new-password = Nova senha
password-again = Repita a nova senha
password-hint = { $n ->
    [one] No mínimo 1 caractere. Algumas palavras são mais fáceis de lembrar do que símbolos.
   *[other] No mínimo { $n } caracteres. Algumas palavras são mais fáceis de lembrar do que símbolos.
}
password-too-short = { $n ->
    [one] A senha precisa de no mínimo 1 caractere.
   *[other] A senha precisa de no mínimo { $n } caracteres.
}
password-is-name = A senha não pode ser o seu próprio CPF, CNPJ ou e-mail: é a primeira coisa que outra pessoa tentaria. Escolha outra.
password-is-pattern = Uma sequência de letras ou números é fácil de adivinhar. Escolha outra senha.
password-different = As duas senhas não são iguais. Digite-as de novo.
set-password-submit = Salvar e entrar

## Sign-up

sign-up = Criar conta
sign-up-text = Em { $brand }. Confirme seu e-mail e pode entrar.
sign-up-text-welcome = Em { $brand }. Você começa com { $amount } de crédito, assim que confirmar seu e-mail.
sign-up-new-here = Novo em { $brand }?
sign-up-have-account = Já tem uma conta?
sign-up-agree = Concordo com os termos de { $brand }
sign-up-terms = Ler os termos
sign-up-terms-needed = Uma conta precisa da sua concordância com os termos.
sign-up-bad-name = Escreva seu nome, com letras imprimíveis.
sign-up-password-is-name = Seu nome ou e-mail é o primeiro que outros tentariam. Escolha outra senha.
sign-up-check-mail = Veja sua caixa de entrada
sign-up-waiting-text = Enviamos a você um e-mail com um link. Abra-o para confirmar seu endereço. Antes disso não existe conta.
sign-up-waiting-hint = O link vale por um dia. Se o e-mail não chegar, procure no spam ou peça outro.
sign-up-send-again = Enviar o e-mail de novo
sign-up-sent-again = Se você ainda espera por ele, um novo e-mail está a caminho. O link do anterior não vale mais.
sign-up-other-email = Usar outro e-mail
sign-up-confirm = Confirme seu e-mail
sign-up-confirm-text = Digite a senha que você escolheu, e sua conta em { $brand } está aberta.
sign-up-confirm-submit = Confirmar e entrar
sign-up-wrong-password = Esta não é a senha escolhida com este link. Digite de novo, ou crie a conta outra vez.
sign-up-not-you = Não foi você quem pediu esta conta? Feche esta página: nada será aberto.
sign-up-gone-heading = Este link não vale mais
sign-up-gone = Ele já foi usado, tem mais de um dia, ou um e-mail mais novo tomou o seu lugar. Se você já confirmou seu e-mail, entre.
sign-up-known-heading = Você já tem uma conta
sign-up-known = Este e-mail pertence a uma conta. Entre, ou escolha uma nova senha.
customers-sign-up-open = Pessoas se cadastram sozinhas em { $url }.
customers-sign-up-closed = O cadastro aberto está desligado (ajuste sign_up.enabled).
mail-sign-up-subject = Confirme seu e-mail em { $brand }
mail-sign-up-body =
    Olá,

    alguém, esperamos que você, pediu uma conta em { $brand } com este e-mail.
    Confirme aqui que ele é seu, com a senha que escolheu:

    { $url }

    O link vale uma vez, até { $until }.
    Se não foi você, não faça nada: nenhuma conta será aberta.
mail-sign-up-known-subject = Você já tem uma conta em { $brand }
mail-sign-up-known-body =
    Olá,

    alguém, talvez você, pediu uma conta em { $brand } com este e-mail.
    Você já tem uma. Entre: { $url }/sign-in

    Se esqueceu sua senha: { $url }/forgotten-password
    Se não foi você, não faça nada: nada foi alterado.

## Mensagens

message-forbidden = Você não pode abrir esta página
message-forbidden-staff-text = Seu perfil não permite isto. Nada foi alterado. Peça a um administrador, se precisar.
message-forbidden-text = Você entrou, mas esta página é de outra pessoa. Se ela deveria ser sua, entre com o login certo.
message-stale-form = Esta página está desatualizada
message-stale-form-text = Nada foi alterado. Volte, recarregue a página e tente de novo.
message-not-found = Não há nada aqui
message-not-found-text = O endereço pode estar errado, ou o que estava aqui não existe mais.
message-link-expired = Este link não vale mais
message-link-expired-text = Cada link vale uma única vez e por tempo limitado. Peça um novo; leva um minuto.
message-staff-link-expired-text = Cada link vale uma única vez e por tempo limitado. Se você foi convidado, peça um novo a quem o convidou; se já tem senha, entre.
message-too-large = O envio é grande demais
message-too-large-text = O que foi enviado é maior do que aceitamos. Nada foi alterado.
message-not-understood = Não entendemos o pedido
message-not-understood-text = Algo no endereço ou no formulário não é o que esperamos. Nada foi alterado. Volte e tente de novo.
message-too-many = Muitas solicitações
message-too-many-text = { $n ->
    [one] Nada foi alterado. Espere 1 segundo e tente de novo.
   *[other] Nada foi alterado. Espere { $n } segundos e tente de novo.
}
message-failed = Algo deu errado do nosso lado
message-failed-text = O erro já foi registrado. Seu crédito está seguro: o que não está no extrato não aconteceu. Tente de novo daqui a pouco.
message-payments-off = Ainda não é possível usar cartões aqui
message-payments-off-text = O operador ainda não configurou pagamentos com cartão. Nada foi cobrado. Pergunte ao suporte como adicionar saldo.
message-provider-away = A página de pagamento não responde
message-provider-away-text = Nosso provedor de pagamento não respondeu. Nada foi cobrado. Tente de novo em alguns minutos.
message-unavailable = Estamos sobrecarregados no momento
message-unavailable-text = { $n ->
    [one] Nada foi alterado. Tente de novo em 1 segundo.
   *[other] Nada foi alterado. Tente de novo em { $n } segundos.
}
to-first-page = Ir para a página inicial
ask-for-link = Pedir um novo link

## Saldo

credit-balance = Saldo de crédito
available = Disponível
pending = Pendente
held = Reservado
balance = Saldo
window-closes = a hora termina às { $time }, em { $left }
minutes-left = { $n } min
made-of = Composição
grant-promotional = Crédito de boas-vindas
grant-purchased = Comprado
grant-adjustment = Correção ou cortesia
owed-first = Devido, pago primeiro pelo próximo crédito
staff-below-zero = O saldo está abaixo de zero: foi usado ou retirado mais do que o cliente tinha. Novos usos são recusados até ele ficar acima de zero. A próxima recarga paga primeiro o que é devido.
below-zero = Seu saldo está abaixo de zero: foi usado ou retirado mais do que você tinha. Novos usos são recusados até ele ficar acima de zero. A próxima recarga paga primeiro o que é devido.
grant-overpaid = Pago além do devido
grant-reinstated = Devolvido
until-day = até { $day }

## Faturamento

prepaid-for = Crédito pré-pago para { $brand }
balance-and-usage = Saldo e consumo
today-by-hour = hoje, por hora
lasts = { $n ->
    [0] Dura menos de um dia neste ritmo.
    [one] Dura cerca de 1 dia neste ritmo.
   *[other] Dura cerca de { $n } dias neste ritmo.
}
last-movements = Últimas movimentações
all-movements = Extrato completo
movements-empty = Nenhuma movimentação ainda. Cada hora de atividade e cada recarga aparecerá aqui.
expires-next = Próxima expiração
expires-next-text = { $source }, válido até { $day }
expires-never = Nenhum dos seus créditos expira.
saved-card = Cartão salvo
cards-unknown = O provedor de pagamento não responde agora. Seus cartões estão seguros com ele; recarregue a página em instantes.
saved-card-none = Nenhum cartão salvo ainda. O cartão com que você pagar pode ficar salvo para a próxima vez.
card-expires = Vence em { $expiry }
card-expired = Venceu em { $expiry }
manage-cards = Gerenciar cartões
report = Relatar um problema
report-subject = Problema com meu crédito
report-subject-of = Problema com o pagamento { $transaction }
report-body =
    O que aconteceu:


    Requisição: { $request }
report-body-of =
    O que aconteceu:


    Transação: { $transaction }
    Requisição: { $request }

## Movimentações

movement-granted-promotional = Crédito de boas-vindas
movement-granted-purchased = Crédito comprado
movement-granted-adjustment = Correção a seu favor
movement-granted-overpaid = Pago além do devido: ficou como crédito
movement-topped-up = Recarga
movement-topped-up-with = Recarga, { $method }
movement-topped-up-automatic = Recarga automática, { $method }
movement-active-hours = { $n ->
    [one] 1 hora ativa, { $hours }
   *[other] { $n } horas ativas, { $hours }
}
movement-active-minutes = { $n ->
    [one] 1 minuto ativo, { $hours }
   *[other] { $n } minutos ativos, { $hours }
}
movement-used = { $quantity } × { $meter }
movement-charged = Cobrança
movement-charged-for = Cobrança, { $what }
movement-expired = Crédito expirado: { $source }
movement-adjusted = Correção
movement-adjusted-goodwill = Crédito de cortesia
movement-adjusted-opening-balance = Saldo inicial transferido
movement-adjusted-misuse = Correção de uso que não devia ser pago
movement-reversed = Cobrança estornada
movement-refunded = Reembolso de uma recarga
movement-refund-returned = Reembolso que não chegou: crédito devolvido
movement-disputed = Recarga contestada no banco
movement-dispute-returned = Contestação decidida: crédito devolvido
movement-data-refunded = Compra de crédito reembolsada
movement-data-refund-returned = Reembolso que não chegou: dados devolvidos
movement-data-disputed = Compra de crédito contestada no banco
movement-data-dispute-returned = Contestação decidida: dados devolvidos
movement-granted-reinstated = Crédito devolvido
movement-reversed-for = Cobrança estornada, { $what }

## Recarga

recharge-text = Adicione crédito pré-pago para { $brand }. Ele fica disponível assim que o pagamento é confirmado.
how-much = Quanto você quer adicionar?
suggested-amounts = Valores sugeridos
amount = Valor
amount-hint = Outro valor, de { $least } a { $most }. Deixe vazio para adicionar o valor escolhido acima.
amount-covers = Você deve { $owed }: o que você adicionar paga isso primeiro.
amount-not-a-number = Este valor não é válido. Escreva como { $example }.
amount-too-precise = Um valor tem no máximo duas casas decimais. Remova as demais.
amount-too-small = O valor mínimo é { $least }. Informe um valor maior.
amount-too-large = O valor máximo por vez é { $most }. Informe um valor menor.
add-to-balance = Adicionar ao saldo de crédito
consent = Você paga na página da Stripe. O cartão usado fica salvo para a próxima vez; você pode removê-lo quando quiser em
consent-link = Cartões salvos
credit-details = Detalhes do crédito
date = Data
transaction-id = ID da transação
method-unknown = Não informado
method-card = Cartão
card-used = Cartão usado
status = Status
status-success = Sucesso
status-failure = Falha
status-pending = Pendente
status-refunded = Reembolsado
status-partly-refunded = Reembolso parcial
status-disputed = Contestado
copy-transaction = Copiar o ID da transação { $id }
payments-empty = Nenhum pagamento ainda. Para começar, escolha um valor acima. Cada tentativa de pagamento aparecerá aqui com o resultado, inclusive as que falharem.
cards-empty-short = Nenhum cartão salvo ainda.
reason-declined = O banco recusou o cartão. Tente outro cartão ou fale com o banco.
reason-insufficient-funds = O cartão não tem saldo suficiente. Tente um valor menor ou outro cartão.
reason-expired-card = O cartão está vencido. Tente outro cartão.
reason-incorrect-cvc = O código de segurança está errado. Confira o código no cartão e tente de novo.
reason-incorrect-number = O número do cartão está errado. Confira e tente de novo.
reason-processing-error = O banco não conseguiu processar o cartão naquele momento. Tente de novo daqui a pouco.
reason-authentication-failed = O banco pediu confirmação e não a recebeu. Tente de novo e confirme.
reason-limit-reached = O cartão atingiu um limite do banco. Tente outro cartão, ou mais tarde.
reason-being-credited = Pago. O crédito está sendo adicionado.
reason-went-back-from-hand = Chegou diferente do que foi cobrado, e adicionamos o crédito manualmente. Depois disso, foi devolvido ou está contestado no seu banco.
reason-credited-by-hand = Chegou diferente do que foi cobrado. Adicionamos o crédito manualmente.
reason-withheld = O pagamento chegou, mas não como foi cobrado. Não foi creditado; vamos verificar e devolver o valor ou adicionar o crédito.
reason-awaiting-confirmation = Aguardando a confirmação do pagamento.
reason-not-paid-in-time = Não foi pago dentro do prazo.
reason-given-up = Foi cancelado antes do pagamento.
reason-given-back = { $amount } devolvidos; o crédito que esse valor tinha comprado foi retirado.
reason-refund-failed = Uma devolução de { $amount } não chegou; o que ela tinha retirado é seu de novo.
reason-dispute-open = Seu banco retirou este pagamento enquanto decide. O crédito que ele comprou não está disponível até lá.
reason-dispute-asked = Seu banco está perguntando sobre este pagamento. Seu saldo de crédito não mudou.
reason-dispute-lost = Seu banco retirou este pagamento. O crédito que ele tinha comprado foi retirado.
reason-dispute-won = Seu banco decidiu: este pagamento vale, e o crédito que ele comprou é seu de novo.
reason-data-given-back = { $amount } devolvidos; { $quantity } dos dados comprados foram retirados.
reason-data-stays-given-back = { $amount } devolvidos. Nenhum dado foi retirado.
reason-data-dispute-open = Contestado no seu banco, que fica com o pagamento até decidir. Até lá, { $quantity } dos dados comprados estão retirados.
reason-data-stays-dispute-open = Contestado no seu banco, que fica com o pagamento até decidir. Nenhum dado foi retirado.
reason-data-dispute-asked = Seu banco está perguntando sobre este pagamento. Nenhum dado foi retirado.
reason-data-dispute-lost = Seu banco retirou este pagamento; { $quantity } dos dados comprados foram retirados.
reason-data-stays-dispute-lost = Seu banco retirou este pagamento. Nenhum dado foi retirado.
reason-data-dispute-won = Seu banco decidiu: este pagamento vale, e os dados que ele comprou são seus.
reason-waiting-until = Aguardando o banco até { $day }
payment-way-on = Ver como pagar
staff-reason-declined = O banco recusou o cartão.
staff-reason-insufficient-funds = O cartão não tinha saldo suficiente.
staff-reason-expired-card = O cartão estava vencido.
staff-reason-incorrect-cvc = O código de segurança estava errado.
staff-reason-incorrect-number = O número do cartão estava errado.
staff-reason-processing-error = O banco não conseguiu processar o cartão naquele momento.
staff-reason-authentication-failed = O banco pediu a confirmação do cliente e não a recebeu.
staff-reason-limit-reached = O cartão tinha atingido um limite do banco.
staff-reason-went-back-from-hand = O crédito foi dado manualmente. Depois disso, o pagamento foi devolvido ou está contestado no banco: o crédito continua lá até que a equipe o retire.
staff-reason-credited-by-hand = Chegou diferente do que foi cobrado. O crédito foi dado manualmente.
staff-reason-withheld = Chegou, mas não como foi cobrado, e não foi creditado: devolva o valor ou adicione o crédito.
staff-reason-dispute-open = Contestado no banco do cliente, que fica com o pagamento até decidir. Até lá, o crédito comprado está retirado.
staff-reason-dispute-asked = O banco do cliente está perguntando sobre este pagamento. Nenhum crédito foi retirado.
staff-reason-dispute-lost = O banco do cliente decidiu a favor dele e devolveu o pagamento a ele. O crédito comprado foi retirado.
staff-reason-dispute-won = O banco do cliente decidiu: este pagamento vale, e o cliente tem de novo o crédito comprado.
staff-reason-refund-failed = Uma devolução de { $amount } não chegou; o que ela tinha retirado é do cliente de novo.
staff-reason-data-dispute-open = Contestado no banco do cliente, que fica com o pagamento até decidir. Até lá, { $quantity } dos dados comprados estão retirados.
staff-reason-data-stays-dispute-open = Contestado no banco do cliente, que fica com o pagamento até decidir. Nenhum dado foi retirado.
staff-reason-data-dispute-asked = O banco do cliente está perguntando sobre este pagamento. Nenhum dado foi retirado.
staff-reason-data-dispute-lost = O banco do cliente decidiu a favor dele e devolveu o pagamento a ele; { $quantity } dos dados comprados foram retirados.
staff-reason-data-stays-dispute-lost = O banco do cliente decidiu a favor dele e devolveu o pagamento a ele. Nenhum dado foi retirado.
staff-reason-data-dispute-won = O banco do cliente decidiu: este pagamento vale, e o cliente tem os dados comprados.

## Pagamentos não concluídos

checkouts = Pagamentos não concluídos
checkouts-text = Iniciados e não terminados. Se você já pagou, não precisa fazer nada: o crédito entra sozinho.
checkout-open-until = A página de pagamento fica aberta até { $time }.
checkout-being-confirmed = Em confirmação. Foi pago na página de pagamento; o crédito entra assim que a confirmação chegar.
checkout-go-on = Continuar o pagamento
checkout-cancel = Cancelar

## Equipe, funções, o que fazem com clientes, o registro de auditoria

staff = Equipe
staff-text = Quem entra neste console, e com que função.
staff-invite = Convidar colega
staff-invited = O convite está a caminho.
staff-withdrawn = O convite não funciona mais.
staff-changed = Salvo.
staff-password-link = Enviar link para uma nova senha
staff-password-link-sent = O link para uma nova senha foi enviado. Vale por uma hora.
staff-password-own = Alterar senha
staff-password-current = Senha atual
staff-password-wrong = Essa não é a sua senha.
staff-password-saved = Sua senha foi alterada. Quem mais estava conectado com a antiga foi desconectado.
staff-forgotten-ask = Se o e-mail não chegar, um colega administrador pode enviar um link, em Equipe.
staff-invited-already = Já há um convite para este endereço. Reenvie esse convite ou cancele-o antes.
staff-last-admin = Não há outro administrador. Dê primeiro essa função a alguém.
staff-role = Função
staff-role-hint = Atendimento cuida dos clientes; financeiro também vê dinheiro e arquivos do banco; somente leitura não altera nada; administrador pode tudo.
staff-email = E-mail
staff-email-hint = O convite vai para lá, e o colega entra com ele.
staff-name-missing = Informe um nome.
staff-email-wrong = Informe um e-mail como ana@example.com.
staff-known = Alguém já entra com este e-mail.
staff-since = Desde
staff-you = (você)
staff-disabled-on = Desativado em { $day }
staff-change = Alterar
staff-change-one = Alterar { $name }
staff-set-role = Definir função
staff-sign-out = Encerrar sessões
staff-disable = Desativar
staff-enable = Ativar
staff-invitations = Convites
staff-link = Link
staff-link-until = Funciona até { $time }
staff-link-over = Não funciona mais
staff-send-again = Enviar de novo
staff-send-again-to = Enviar de novo o convite de { $name }
staff-withdraw = Retirar
staff-withdraw-of = Retirar o convite de { $name }
role-admin = Administrador
role-finance = Financeiro
role-support = Atendimento
role-read-only = Somente leitura
mail-staff-invitation-subject = Convite para o console de { $brand }
mail-staff-invitation-body =
    Olá, { $name },

    um colega convidou você para o console de { $brand }. Escolha sua senha aqui:

    { $url }

    O link funciona uma vez, até { $until }.
    Se você não esperava este e-mail, pode ignorá-lo.
mail-endpoint-off-subject = { $brand }: um endpoint de webhook foi desligado
mail-endpoint-off-body =
    Nada mais é enviado ao endpoint de webhook

    { $endpoint }

    { $why } O que acontecer enquanto isso não é enviado depois. Corrija o receptor e ligue-o de novo:

    { $url }
mail-endpoint-gone = Ele respondeu 410 Gone.
mail-endpoint-failing = Ele não aceitou nada durante cinco dias.
wallet-id-of = ID da carteira, { $unit }
wallet-id-of-data = ID da carteira, dados
lots = O que resta, e de onde veio
lot-of = de { $amount } em { $day }
checkout-left-open = Pagamento não concluído de { $amount }
api-key-of = Chave de API
key-is-revoked = revogada
key-used-last = último uso { $time }
key-never-used = nunca usada
customer-acts = Ajudar este cliente
view-as = Ver como o cliente
view-as-text = Você vê o portal como este cliente vê, por 15 minutos, sem poder alterar nada. Fica no registro de auditoria.
view-as-banner = Você vê o que { $name } vê. Somente leitura.
view-as-left = { $n ->
    [one] Termina em 1 minuto.
   *[other] Termina em { $n } minutos.
}
view-as-off = Somente leitura: nesta visão nada pode ser alterado nem comprado.
view-as-end = Encerrar
wallet-of-money = Crédito em { $unit }
wallet-of-data = Dados de um plano
wallet-of-line = Dados de { $line }
wallet-freeze-text = Congelar impede que se gaste ou compre mais com esta carteira até alguém a descongelar: cobranças, compras de crédito e recargas são recusadas, e o cliente lê que está congelada. O consumo continua contado, pagamentos que chegam são creditados, e a linha segue conectada. O motivo fica na auditoria; o cliente não o lê.
wallet-is-frozen = está congelado.
wallet-frozen-by = Congelada por { $name }, { $time }: { $reason }
wallet-freeze = Congelar
wallet-thaw = Descongelar
wallet-frozen-now = A carteira está congelada: nada pode ser gasto, comprado nem adicionado automaticamente.
wallet-thawed-now = A carteira não está mais congelada.
balance-frozen = Seu crédito está congelado: no momento nada pode ser gasto nem comprado. Escreva para o atendimento.
recharge-frozen = Seu crédito está congelado, e nada pode ser adicionado. Fale com o atendimento:
line-is-frozen = Este plano está congelado: no momento nada pode ser comprado para ele. Escreva para o atendimento.
message-wallet-frozen = Seu crédito está congelado
message-wallet-frozen-text = No momento nada pode ser comprado, e nada foi cobrado. Escreva para o atendimento.
message-read-only-view = Somente leitura
message-read-only-view-text = Você vê o que o cliente vê. Aqui nada pode ser alterado, e as chaves ficam ocultas.
audit = Auditoria
audit-text = Quem alterou o quê, do mais novo ao mais antigo. Nada é apagado daqui.
audit-csv = Baixar CSV
audit-who = Quem
audit-action = Ação
audit-object = Objeto
audit-of-adjustment = Correções de faturas
audit-of-api-key = Chaves de API
audit-of-automatic-topup = Recarga automática
audit-of-backup = Cópias de segurança
audit-of-bank-return = Arquivos de retorno do banco
audit-of-billing = Faturamentos mensais
audit-of-boleto = Boletos
audit-of-brand = Marca
audit-of-charge = Cobranças
audit-of-clock = Relógio
audit-of-credit = Crédito devolvido
audit-of-credit-request = Crédito dado ou retirado
audit-of-customer = Clientes
audit-of-customers = Arquivos de clientes
audit-of-deduction = Crédito retirado pela API
audit-of-doctor = Verificações da Stripe
audit-of-finding = Ocorrências
audit-of-grant = Crédito dado pela API
audit-of-inbox = Webhooks recebidos
audit-of-invoice = Faturas
audit-of-line = Linhas
audit-of-login = Logins de clientes
audit-of-mail = E-mails
audit-of-mail-wishes = E-mails que clientes querem
audit-of-meter = Medidores
audit-of-pack = Pacotes
audit-of-plan = Planos
audit-of-price = Preços
audit-of-purchase = Compras
audit-of-receipt = Recibos enviados
audit-of-reconciliation = Conciliação
audit-of-refund = Reembolsos
audit-of-remittance = Remessas ao banco
audit-of-router = Roteadores
audit-of-staff = Equipe
audit-of-subject = Identificadores de consumo
audit-of-subscriber = Assinantes
audit-of-subscribers = Arquivos de assinantes
audit-of-test-clock = Relógio de teste
audit-of-topup = Recargas
audit-of-wallet = Carteiras congeladas e descongeladas
audit-of-webhook-delivery = Webhooks reenviados
audit-of-webhook-endpoint = Endpoints de webhook
audit-who-hint = Nome, e-mail ou ID.
audit-all-actions = Todas
find-customer-hint = Nome, e-mail ou ID.
no-such-customer = Nenhum cliente, ou mais de um, tem esse nome. Informe o e-mail ou o ID.
audit-from = De
audit-to = Até
audit-find = Filtrar
audit-all = Mostrar tudo
audit-wrong-days = Informe dias como 2026-11-30.
audit-empty = Nenhuma alteração foi encontrada. Peça menos, ou outros dias.
audit-when = Quando
audit-change = Alteração
audit-show = Mostrar
audit-before = Antes
audit-after = Depois

## Resultados

ok = OK
result-successful = Pagamento confirmado
result-failed = Pagamento recusado
result-cancelled = Pagamento cancelado
result-pending = Pagamento pendente
result-successful-text = { $amount } adicionados. Seu saldo de crédito é { $balance }.
result-failed-text = Seu cartão foi recusado. Seu saldo de crédito não mudou.
result-declined-advice = Tente outro cartão ou fale com o banco.
result-free-text = Um cupom cobriu o valor inteiro: nada foi pago e nenhum crédito foi adicionado. Seu saldo de crédito não mudou. Escreva para o atendimento se você esperava crédito.
result-free-purchase-text = Um cupom cobriu o valor inteiro: nada foi pago e nada foi comprado. Escreva para o atendimento se você esperava a compra.
result-withheld-text = Seu pagamento de { $came } chegou, mas foram cobrados { $amount }; por isso não pôde ser creditado. Vamos verificar e devolver o valor ou adicionar o crédito. Seu saldo de crédito não mudou.
result-withheld-purchase-text = Seu pagamento de { $came } chegou, mas foram cobrados { $amount }; por isso nada foi comprado com ele. Vamos verificar e devolver o valor ou liberar o que você queria.
result-cancelled-text = Você saiu da página de pagamento sem pagar. Seu saldo de crédito não mudou.
result-overpaid-text = Esta compra já estava paga: { $amount } ficaram como seu crédito.
result-failed-purchase-text = Seu cartão foi recusado. Nada foi cobrado e nada foi comprado.
result-cancelled-purchase-text = Você saiu da página de pagamento sem pagar. Nada foi cobrado e nada foi comprado.
result-pending-text = O pagamento ainda não foi confirmado. Esta mensagem se atualiza sozinha assim que isso acontecer.

## Consumo e gráficos

usage-text = Quanto a sua atividade custou.
usage-views = Exibição
by-hour = Por hora
by-day = Por dia
by-month = Por mês
earlier = Anterior
later = Seguinte
by-item = Por item
item = Item
meter-active-hours = Horas ativas
meter-active-time = Tempo ativo
charge-given-back = { $what }, cobranças estornadas
quantity = Quantidade
spent = Gasto
usage-empty = Nenhum consumo neste período. Faça uma chamada com a sua chave de API, e ela aparecerá aqui.
chart-by-hour = Consumo por hora
chart-by-day = Consumo por dia
chart-by-month = Consumo por mês
chart-hour = Hora
chart-day = Dia
chart-now = agora
chart-today = hoje
chart-most = Maior consumo: { $amount } ({ $span }).
chart-nothing = Nada ainda.
chart-line = O crédito disponível foi de { $from } a { $until }.
as-table = Mostrar como tabela
not-over = ainda não terminou

## Extrato

statement-text = Cada movimentação do seu crédito e o saldo depois dela.
month = Mês
movement = Movimentação
balance-after = Saldo
unit = Unidade
entry-id = ID do lançamento
date-in-zone = Data ({ $zone })
times-in-zone = Fuso horário: { $zone }.
download-csv = Baixar CSV
statement-paper = Extrato de crédito
statement-opening = Saldo anterior
statement-closing = Saldo final
period = Período
time-zone = Fuso horário
other-days = Outros dias
days-from = De
days-wrong = Escreva o dia como 2026-11-30.
days-backwards = O último dia é anterior ao primeiro.
days-too-many = São mais movimentos do que cabem no papel. Escolha menos dias, ou o CSV.
days-until = Até
statement-empty = Nenhuma movimentação neste mês. Escolha outro mês acima.

## Recibos

receipt = Recibo
receipt-title = Recibo { $number }
receipt-from = Pago a
receipt-to = Pago por
receipt-what = Descrição
receipt-credit = Crédito pré-pago
receipt-refunded = Reembolsado em { $date }
receipt-disputed = Retomado pelo banco em { $date }
receipt-total = Total pago
receipt-total-kept = Total pago, menos o que foi devolvido
receipt-back = Voltar a todos os pagamentos
paid-with = Pago com
download-pdf = Baixar PDF
paper-page = Página
paper-of = de

## Avisos por e-mail

mail-wishes = Avisos por e-mail
mail-wishes-text = O que contamos por e-mail sobre o seu crédito. Recibos e o que você pedir chegam de qualquer forma.
mail-wishes-saved = Salvo.
mail-wishes-bad-amount = O valor deve ser maior que zero e não maior do que se pode adicionar de uma vez, por exemplo 5,00.
wish-low = Quando meu crédito estiver baixo
wish-low-amount = Baixo quer dizer menos de
wish-low-usual = Vazio: { $amount }. Você é avisado uma vez sempre que o crédito disponível cai abaixo disso.
wish-low-none = Vazio: nunca. Você é avisado uma vez sempre que o crédito disponível cai abaixo disso.
wish-expiry = { $days } dias antes de o crédito expirar

## Automatic top-up

automatic-topup = Recarga automática
automatic-text = Quando resta pouco crédito, um cartão salvo é cobrado automaticamente, dentro dos limites que você define.
automatic-saved = Salvo. A recarga automática está ativada.
automatic-state = Situação
automatic-on = Ativada
automatic-off = Desativada
automatic-paused = Pausada
automatic-stopped = Interrompida
automatic-capped = Limite atingido
automatic-frozen = Congelada
automatic-frozen-text = Seu crédito está congelado: nenhum cartão é cobrado automaticamente até ele ser descongelado. Escreva para o atendimento.
automatic-disabled = A recarga automática não está disponível no momento. Nenhum cartão é cobrado automaticamente.
automatic-off-text = Nenhum cartão é cobrado automaticamente.
automatic-off-operator = Ela foi desativada para você. Nenhum cartão é cobrado automaticamente; para retomar, autorize novamente.
automatic-terms = Abaixo de { $threshold } disponíveis, { $amount } ou um múltiplo desse valor é cobrado no { $card }.
automatic-cap-day-money = O limite de valor de hoje foi atingido. Continua depois de { $until }.
automatic-cap-day-count = O número de cobranças de hoje foi atingido. Continua depois de { $until }.
automatic-cap-month-money = O limite de valor deste mês foi atingido. Continua depois de { $until }.
automatic-cap-month-count = O número de cobranças deste mês foi atingido. Continua depois de { $until }.
automatic-cap-one-charge = O valor está acima do que pode ser cobrado de uma vez: escolha um menor. Nova tentativa depois de { $until }.
automatic-paused-text = O banco recusou a última cobrança. Nova tentativa depois de { $until }, ou imediatamente quando você pressionar o botão.
automatic-stop-authentication = O banco quer que você mesmo confirme o pagamento. Pague uma vez na página da Stripe e depois ative novamente a recarga automática.
automatic-stop-card-removed = O cartão não está mais salvo. Nenhum cartão é cobrado automaticamente até que outro seja escolhido.
automatic-stop-too-many = O banco recusou várias vezes seguidas. Escolha outro cartão ou tente novamente com este.
automatic-stop-by-you = Você pausou. Nenhum cartão é cobrado automaticamente até você ativar novamente.
automatic-stop-hard = O banco recusou este cartão definitivamente. Escolha outro cartão ou fale com o seu banco.
automatic-agreed-at = Você autorizou em { $at }.
automatic-has-paid = Você já pagou; não há mais nada a pagar. Ative novamente a recarga automática se quiser que ela continue.
automatic-pay = Pagar agora
automatic-resume = Ativar novamente
automatic-pause = Pausar
automatic-turn-off = Desativar
automatic-choose = Cartão e limites
automatic-cards-empty = Nenhum cartão salvo ainda. Faça uma recarga, e o cartão usado poderá ser escolhido aqui.
automatic-card = Cartão a cobrar
automatic-threshold = Quando houver menos que isto disponível
automatic-threshold-hint = O que está pendente conta como usado.
automatic-amount = Valor a adicionar
automatic-amount-hint = De { $least } a { $most }. Se um valor não bastar, um múltiplo dele é cobrado de uma vez, dentro dos limites.
automatic-day-money = No máximo por dia
automatic-day-count = Cobranças por dia
automatic-month-money = No máximo por mês
automatic-month-count = Cobranças por mês
automatic-at-most = No máximo { $most }.
automatic-consent = Autorizo { $brand } a cobrar o cartão escolhido acima sem me perguntar a cada vez: assim que houver menos crédito disponível do que defini acima, o valor definido acima ou o menor múltiplo dele que for necessário, nunca mais do que os meus limites por dia e por mês. Posso pausar ou desativar nesta página a qualquer momento, o que vale para toda cobrança ainda não iniciada.
automatic-agreed-numbers = { $card }; abaixo de { $threshold } disponíveis: { $amount }; por dia no máximo { $day } e { $daycount } cobranças; por mês no máximo { $month } e { $monthcount } cobranças.
automatic-turn-on = Ativar a recarga automática
automatic-save = Salvar alterações
automatic-charges = Cobranças automáticas
automatic-charges-empty = Nenhum cartão foi cobrado automaticamente ainda. Cada tentativa aparecerá aqui, inclusive as recusadas.
automatic-charges-where = Cada tentativa também está em
automatic-not-made = Não cobrada
automatic-not-agreed = Marque a caixa para autorizar. Sem isso nenhum cartão é cobrado.
automatic-no-card = Escolha um dos seus cartões salvos.
automatic-not-money = { $field }: escreva um valor em dinheiro com no máximo duas casas decimais.
automatic-not-count = { $field }: escreva um número inteiro.
automatic-money-range = { $field }: de { $least } a { $most }.
automatic-count-range = { $field }: de 1 a { $most }.
automatic-change = Alterar

## Cartões salvos

saved-cards-text = Cartões salvos para o próximo pagamento. Vemos apenas a bandeira, os quatro últimos dígitos e o vencimento; o número fica com a Stripe.
cards-empty = Nenhum cartão salvo ainda. Faça uma recarga, e o cartão com que você pagar pode ficar salvo aqui para a próxima vez.
card-saved = salvo em { $day }
card-removed = { $card } foi removido.
remove = Remover
remove-card = Remover { $card }
remove-card-ask = Remover { $card }? Você ainda poderá pagar com ele, digitando-o de novo.
remove-card-stops = A recarga automática usa este cartão: ela para até você escolher outro.
remove-card-yes = Sim, remover

## Chaves de API

api-keys-text = Seus programas chamam a API com uma chave. Quem tiver a chave pode gastar o seu crédito.
new-key = Nova chave
key-name = Nome da nova chave
key-name-hint = Onde será usada, como “Servidor de produção”.
key-name-bad = { $n ->
    [one] Dê à chave um nome de 1 caractere.
   *[other] Dê à chave um nome de 1 a { $n } caracteres.
}
create-key = Criar chave
key-created = A chave “{ $name }” foi criada
key-once = Copie agora e guarde em local seguro: ela não será mostrada de novo.
copy-key = Copiar a chave
your-keys = Suas chaves
keys-empty = Nenhuma chave ainda. Crie uma acima, coloque-a no seu programa, e a primeira chamada aparecerá em Faturamento.
name = Nome
key = Chave
created = Criada em
last-used = Último uso
never = Nunca
revoke = Revogar
revoke-key = Revogar { $name }
revoke-key-ask = Revogar “{ $name }”? Os programas que a usam serão recusados a partir de agora.
revoke-key-yes = Sim, revogar
key-revoked = A chave “{ $name }” foi revogada.
revoked-on = Revogada em { $day }

## Console

customers = Clientes
customer = Cliente
customer-id = ID do cliente
customer-since = Desde
customers-empty = Nenhum cliente ainda. Crie o primeiro com “saldo customer create” ou pela API.
customers-text = Quem paga. Abra um cliente para ver o saldo, o que consumiu e pagou, e para ajudá-lo.
customers-none = Ainda não há clientes. Adicione o primeiro, importe um arquivo ou crie clientes pela API.
customers-none-found = Ninguém foi encontrado para “{ $text }”. Busque menos palavras, ou um trecho menor do nome ou do e-mail.
find-customer = Parte do nome ou do e-mail
new-customer = Adicionar cliente
customer-external-key = Seu próprio ID
customer-external-key-hint = Como seus programas chamam este cliente. Opcional, e de mais ninguém.
customer-language-hint = Das páginas e dos e-mails, até que o cliente escolha.
customer-begins-with = Para começar
customer-currency = A carteira conta em { $unit }, como a de todos aqui.
customer-welcome = Dar o crédito de boas-vindas de { $amount }
customer-invite = Enviar um convite por e-mail para escolher uma senha
customer-invite-needs-email = Um convite precisa de um e-mail. Escreva um ou desmarque o convite.
customer-bad-name = Um nome tem pelo menos uma letra e no máximo { $n } bytes, todos imprimíveis.
customer-bad-key = No máximo { $n } bytes, todos imprimíveis.
wrong-key-taken = Outro cliente tem este ID:
customer-origin = Origem
origin-api = pela API em { $day }
origin-command-line = pelo operador na linha de comando em { $day }
origin-console = cadastrado pela equipe em { $day }
origin-import = por arquivo em { $day }
origin-sign-up = cadastrou-se em { $day }
origin-file = Mostrar o arquivo
customer-agreed = Concordou com os termos em { $url }
liability = Crédito ainda não usado
sold-today = Vendido hoje
refunded-today = Sem descontar { $amount } devolvidos hoje
used-today = Usado hoje
books-verified = Registros verificados em { $time }, sem diferença.
books-verified-lately = { $n ->
    [0] Registros verificados agora mesmo, sem diferença.
    [one] Registros verificados há 1 minuto, sem diferença.
   *[other] Registros verificados há { $n } minutos, sem diferença.
}
books-verified-drift = { $n ->
    [0] Registros verificados agora mesmo, diferença com a Stripe { $drift }.
    [one] Registros verificados há 1 min, diferença com a Stripe { $drift }.
   *[other] Registros verificados há { $n } min, diferença com a Stripe { $drift }.
}
drift-lately = Diferença com a Stripe { $drift }.
drift-compared = Diferença com a Stripe { $drift }, comparada em { $time }.
drift-unknown = A Stripe ainda não foi comparada com os registros.
drift-failing = A Stripe não pode ser comparada com os registros desde { $time }.
at-a-glance = Em resumo
data-sold-today = Dados vendidos hoje
data-used-today = Dados usados hoje
figures-data = Dados
figures-in = Em { $unit }
glance-at-zero = Linhas sem saldo
glance-blocked = Linhas bloqueadas
glance-debts = Clientes em débito
glance-debts-value = { $n } ({ $sum })
glance-run = Próximo faturamento
glance-run-value = { $month }, em { $day }
glance-run-waits = { $month }, ainda não gerado
glance-return = Último retorno do banco
glance-return-none = nenhum ainda
boletos-overdue = { $n ->
    [one] { $n } boleto vencido: { $sum }.
   *[other] { $n } boletos vencidos: { $sum } no total.
}
invoices-overdue = { $n ->
    [one] { $n } fatura vencida sem boleto: { $sum }.
   *[other] { $n } faturas vencidas sem boleto: { $sum } no total.
}
open-boletos = Abrir boletos
months-not-run = { $n ->
    [one] Nenhuma fatura foi gerada para { $sum }: o faturamento desse mês não foi iniciado.
   *[other] Nenhuma fatura foi gerada para { $sum }: o faturamento desses meses não foi iniciado.
}
open-runs = Abrir o faturamento
open-invoices = Abrir faturas
boleto-overdue-state = Vencido
customers-in-debt = Somente quem usou mais crédito do que tinha, do maior débito para o menor.
line-at-zero = Sem saldo
near-zero = Clientes perto de zero
near-zero-lately = Caíram há pouco abaixo do limite deles
near-zero-since = Desde
chart-sold = Crédito vendido por dia
chart-sold-nothing = Nada foi vendido nestes 30 dias.
chart-all-used = Crédito usado por dia
chart-all-used-nothing = Nada foi usado nestes 30 dias.
chart-low = Clientes perto de zero no fim de cada dia
chart-low-nothing = Ninguém esteve perto de zero nestes 30 dias.
books-damaged = Os registros estão danificados, visto em { $time }: { $finding }. Mantenha a pasta de dados como está e execute “saldo verify”.
books-not-verified = Os registros ainda não foram verificados desde que o programa iniciou.

## Console: support

search-console = Buscar nome, e-mail, documento, ID ou cartão
machine-times = Os horários desta página são do computador. O relógio dos livros foi adiantado: ele marca { $time }.
machine-times-of-refunds = Os horários de reembolsos são do computador. O relógio dos livros foi adiantado: ele marca { $time }.
search-hint = Digite um nome, e-mail, CPF ou CNPJ, qualquer ID, o número de uma fatura ou de um boleto, ou os últimos quatro dígitos de um cartão.
search-for = Encontrado para “{ $words }”
search-nothing = Nada foi encontrado. IDs precisam estar completos; de nomes e e-mails basta uma parte.
show-only = Mostrar somente
note = Observação
note-missing = Diga o motivo, para que um colega entenda depois.
note-too-long = No máximo 500 caracteres.
payments = Pagamentos
narrow-from = De
narrow-to = Até
narrow-card = Quatro últimos dígitos do cartão
narrow-wrong-day = Escreva o dia como 2026-11-30.
narrow-backwards = Este dia é anterior ao primeiro.
narrow-wrong-card = Quatro dígitos, como 4242.
narrow-wrong-amount = Escreva o valor como 25,00.
copy-value = Copiar: { $what }
payments-sum = { $n ->
    [one] Um pagamento: { $paid } pagos, { $back } devolvidos, { $unpaid } não pagos.
   *[other] { $n } pagamentos: { $paid } pagos, { $back } devolvidos, { $unpaid } não pagos.
 }
payments-sum-disputed = Do que foi pago, { $amount } está contestado ou foi perdido em contestação.
payments-given-back = { $n ->
    [one] Crédito devolvido à mão, uma vez: { $back }.
   *[other] Crédito devolvido à mão, { $n } vezes: { $back }.
 }
topups-sum = { $n ->
    [one] Uma recarga de { $amount }; { $credited } creditados.
   *[other] { $n } recargas de { $amount } no total; { $credited } creditados.
 }
sum-of-newest = Só as { $rows } linhas mais recentes são somadas, e um arquivo não tem mais que isso: escolha menos dias.
payments-text = Todas as tentativas de pagamento, de todos os clientes.
payments-none = Nenhum pagamento nesta situação.
payments-paid = Pagos
payments-failed = Recusados
payments-pending = Pendentes
payments-refunded = Reembolsados
payments-disputed = Contestados
payments-unmatched = Sem crédito
payment = Pagamento
payment-of = Pagamento de { $amount }
payment-id = ID do pagamento
payment-at-stripe = Pagamento na Stripe
charge-at-stripe = Cobrança na Stripe
payment-entry = Lançamento que o creditou
payment-taken-back = Crédito retirado
payment-bought = Comprou
payment-not-waiting = Este pagamento não aguarda crédito: já foi creditado, ou foi devolvido ou está sendo devolvido. Nada foi lançado.
payment-credit-asked = O crédito por este pagamento já foi solicitado. Nada mais foi lançado.
payment-refund-waits = Um reembolso deste pagamento aguarda a aprovação de um colega: aprove ou rejeite esse antes. Nada foi lançado.
payment-came = O que chegou
payment-asked = O que foi cobrado
credit-by-hand = Crédito manual
credited-payment = Pagamento creditado
payment-unmatched-text = Foi pago e nada foi creditado: valor, moeda ou cliente diferem do que foi pedido. Compare com a Stripe e reembolse ou dê o crédito manualmente.
payment-unmatched-elsewhere = Foi pago em uma moeda que os livros não têm, e nada foi creditado. Devolva na Stripe: por aqui não é possível. Ou dê o crédito manualmente.
payment-being-taken-back = O crédito deste pagamento está sendo retirado ou devolvido.
topup = Recarga
topups = Recargas
topups-text = O que os clientes quiseram pagar na página de pagamento e como terminou.
topups-none = Nenhuma recarga nesta situação.
topup-of = Recarga de { $amount }
topup-id = ID da recarga
topup-session = Checkout na Stripe
topup-ends = Termina sozinha
topup-ended = Terminou
topup-attempts = Tentativas de pagamento
topup-open = Em aberto
topup-charging = Cobrando o cartão salvo
topup-paid = Paga, creditando
topup-credited = Creditada
topup-cancelled = Cancelada
topup-expired = Vencida
topup-free = Sem custo por cupom
topup-free-text = Um cupom cobriu o valor inteiro na página da Stripe: nada foi pago, então nada foi creditado. O cliente foi avisado de que o saldo não mudou. Dê o crédito a ele se era para isso que servia o cupom.
topup-withheld = Chegou diferente do cobrado
topup-withheld-text = Chegou para esta recarga um dinheiro que não é o que foi cobrado: outro valor, outra moeda ou outro cliente. Nada foi creditado, e o cliente foi avisado de que o pagamento está sendo verificado. Devolva na Stripe ou dê o crédito manualmente na página do pagamento abaixo.
topup-failed = Recusada
topup-ask-again = Consultar a Stripe
topup-ask-again-text = Lê na Stripe o checkout e o pagamento, como o webhook teria feito. O que foi pago é creditado uma única vez, não importa quantas vezes isto seja acionado.
topup-was-read = A Stripe foi consultada: esta é a situação.
purchase = Compra
inbox = Webhooks recebidos
inbox-text = O que a Stripe e o provedor de Pix nos avisaram, como chegou, e o que foi feito.
inbox-none = Nenhum webhook nesta situação.
inbox-event = Evento
inbox-event-id = ID do evento
inbox-from = De
inbox-received-at = Recebido em
inbox-attempts = Vezes processado
inbox-next-attempt = Próxima tentativa
inbox-said = Resultado
inbox-raw = Como chegou
inbox-received = A processar
inbox-processed = Processado
inbox-ignored = Ignorado
inbox-failed = Com falha
inbox-replay = Reprocessar
inbox-replay-text = Processa este evento mais uma vez, pelo mesmo caminho de quando chegou. O que ele informa é lido de novo, e nada é lançado duas vezes.
inbox-was-replayed = O evento está sendo reprocessado.
refund-payment = Reembolsar
refund-paid = Pago
refund-given-back = Devolvido
refund-left = Ainda pode ser devolvido
refund-amount = Valor a devolver
refund-look = Mostrar o efeito
refund-takes = O que retira do crédito
refund-from-grant = Do que resta do crédito deste pagamento
refund-from-expired = Do que dele já havia expirado
refund-debt = Já usado: vira dívida
refund-debt-warning = O cliente ficará devendo { $amount }, que o próximo crédito paga primeiro.
refund-no-credit = Este pagamento não comprou crédito que os registros conheçam: só o dinheiro volta.
refund-reason = Motivo informado à Stripe
refund-no-reason = Nenhum destes
refund-requested = O cliente pediu
refund-duplicate = Pago em dobro
refund-fraudulent = Cartão de outra pessoa
refund-confirm = Reembolsar { $amount }
refund-bad-amount = O valor deve ser maior que zero e no máximo { $left }.
refund-amount-missing = Informe quanto devolver: no máximo { $left }.
refund-another-open = Outro reembolso deste pagamento está a caminho: aguarde a resposta da Stripe.
refund-changed = Algo foi devolvido nesse meio-tempo: restam { $left }. Veja o que isto retira agora e confirme de novo.
refund-at-stripe = Esta moeda não é uma das moedas dos livros: devolva na Stripe. Depois disso, a devolução aparece aqui.
refund-nothing-left = Não resta nada a devolver.
refund-made = { $amount } está sendo devolvido ao cliente.
refund-sent = O reembolso de { $amount } está registrado. A Stripe ainda não respondeu; ela será consultada até responder.
refund-refused = A Stripe recusou o reembolso: { $words }
refund-order-open = Aguarda a Stripe
refund-order-made = Enviado
refund-order-refused = Recusado
refund-order-failed = Voltou
refund-was-asked = O reembolso de { $amount } aguarda um colega que possa aprová-lo. Nada foi devolvido ainda.
refund-was-rejected = O reembolso foi rejeitado. Nada foi devolvido.
refund-was-taken-back = O pedido de reembolso foi retirado. Nada foi devolvido.
refund-waits = { $name } pede um reembolso de { $amount }. Ele aguarda a aprovação de um colega; nada foi devolvido ainda.
refund-approve = Aprovar o reembolso de { $amount }
refund-approve-text = A Stripe é chamada na hora, e o crédito que este pagamento comprou é retirado.
refund-reject-text = Nada é devolvido. Quem pediu vê isso aqui.
refund-failed-text = Um reembolso de { $amount } não pôde ser pago: o dinheiro voltou, e o cliente tem o crédito de novo. Combine com ele outra forma.
refund-resolve = Resolvido
refund-resolve-text = O cliente já sabe, e recebeu { $amount } de outra forma ou fica com o crédito. Sai da lista do que precisa de alguém.
refund-held-by-bank = O banco do cliente retém este dinheiro enquanto a contestação está aberta. Nada pode ser reembolsado; responda à contestação na Stripe.
refund-another-waits = Outro reembolso deste pagamento aguarda a aprovação de um colega. Aprove ou rejeite esse antes.
refund-credit-waits = O crédito por este pagamento foi solicitado e ainda não foi lançado: aprove ou rejeite esse pedido antes. Nada foi devolvido.
refund-limit = Acima de { $limit }, em um reembolso ou no mesmo dia, um colega que possa aprovar precisa concordar.
refund-takes-data = Os dados deste pacote
refund-data-left = Ainda não usado: pode ser retirado
refund-data-expired = Já tinha expirado: ninguém usou
refund-data-used = Já usado: fica como usado, e nada é devido
refund-data = Dados do pacote
refund-data-take = Retirar os dados
refund-data-take-text = { $quantity } são retirados agora. Se o reembolso não chegar, eles voltam.
refund-data-leave = Deixar os dados
refund-data-leave-text = Só o dinheiro é devolvido.
refund-no-data-bought = Este pagamento não comprou dados que pudessem ficar. Veja o que ele retira e confirme de novo.
refund-data-choose = Escolha se os dados são retirados ou ficam.
payment-data-taken = Dados retirados
payment-data-held = Dados retidos até o banco decidir
payment-data-taken-of = { $taken } de { $quantity }
refund-leaves-data = Dados mantidos
refund-of-payment = Reembolso de um pagamento
refunds-came-back = Reembolsos que voltaram
refunds-failed = { $n ->
    [one] 1 reembolso voltou: um cliente não recebeu o dinheiro.
   *[other] { $n } reembolsos voltaram: clientes não receberam o dinheiro.
}
decided-by-name = decidido por { $name }, { $time }
taken-back-time = retirado em { $time }
request-decided = Outra pessoa já havia decidido: aqui está como ficou. O que você pressionou não mudou nada.
reject-reason-missing = Diga o motivo, em uma linha de até 200 caracteres: quem pediu será avisado. Nada foi decidido.
rejected-because = Motivo da rejeição
mail-request-rejected-subject = { $brand }: { $amount } que você pediu foi rejeitado
mail-request-rejected-body =
    Olá, { $name },

    um colega não aprovou { $amount } que você pediu:

    { $why }

    Veja aqui: { $url }
note-unprintable = A observação tem caracteres que não podem ser impressos. Escreva em uma linha.
mail-checkout-free-subject = { $brand }: um cupom cobriu o valor inteiro de { $amount }
mail-checkout-free-body =
    Olá, { $name },

    um cupom cobriu o valor inteiro de { $amount } na página de pagamento. Nada foi pago, então nenhum crédito foi adicionado: seu saldo de crédito não mudou. Se você esperava crédito, escreva para o nosso atendimento.

    Para pagar sem o cupom: { $url }
mail-checkout-free-purchase-body =
    Olá, { $name },

    um cupom cobriu o valor inteiro de { $amount } na página de pagamento. Nada foi pago, então nada foi comprado. Se você esperava a compra, escreva para o nosso atendimento.

    Para comprar sem o cupom: { $url }
mail-refund-subject = { $brand }: { $amount } de volta para você
mail-refund-body =
    Olá, { $name },

    reembolsamos { $amount } na forma como você pagou{ $card }. O banco pode levar até dez dias para mostrar. O crédito que o pagamento comprou foi retirado.

    Seus pagamentos: { $url }
mail-refund-data-body =
    Olá, { $name },

    reembolsamos { $amount } na forma como você pagou{ $card }. O banco pode levar até dez dias para mostrar. O que restava dos dados comprados com esse valor foi retirado; o que você já usou não será cobrado.

    Seus pagamentos: { $url }
mail-refund-data-left-body =
    Olá, { $name },

    reembolsamos { $amount } na forma como você pagou{ $card }. O banco pode levar até dez dias para mostrar. Seus dados ficam como estão.

    Seus pagamentos: { $url }
mail-refund-failed-subject = { $brand }: seu reembolso de { $amount } não pôde ser pago
mail-refund-failed-body =
    Olá, { $name },

    seu banco não aceitou os { $amount } que reembolsamos. O crédito é seu de novo. Entraremos em contato para combinar outra forma.

    Seus pagamentos: { $url }
mail-refund-failed-data-body =
    Olá, { $name },

    seu banco não aceitou os { $amount } que reembolsamos. Os dados retirados com esse valor são seus de novo. Entraremos em contato para combinar outra forma.

    Seus pagamentos: { $url }
mail-refund-failed-data-left-body =
    Olá, { $name },

    seu banco não aceitou os { $amount } que reembolsamos. Entraremos em contato para combinar outra forma.

    Seus pagamentos: { $url }
mail-refund-failed-staff-subject = { $brand }: um reembolso de { $amount } voltou
mail-refund-failed-staff-body =
    O reembolso de { $amount } a { $name } não pôde ser pago. O crédito foi devolvido; o cliente foi avisado de que o dinheiro não chega.

    Resolva aqui: { $url }
refunds-ordered = Reembolsos pedidos aqui
claims = Reembolsos e contestações na Stripe
claim-refund = Reembolso de { $amount }
claim-dispute = Contestação de { $amount }
claim-answer-until = responder até { $time }
claim-answer-passed = o prazo venceu em { $time }
claim-since = está assim desde { $time }
claim-reason-bank-cannot-process = o banco não conseguiu processar
claim-reason-check-returned = um cheque foi devolvido
claim-reason-credit-not-processed = um reembolso prometido não chegou
claim-reason-customer-initiated = o cliente pediu ao banco dele
claim-reason-debit-not-authorized = o cliente diz que não autorizou a cobrança
claim-reason-duplicate = cobrado duas vezes
claim-reason-fraudulent = o titular do cartão diz que não pagou
claim-reason-general = nenhum motivo informado
claim-reason-incorrect-account-details = dados da conta incorretos
claim-reason-insufficient-funds = saldo insuficiente
claim-reason-noncompliant = contra as regras da bandeira do cartão
claim-reason-product-not-received = o que foi comprado não chegou
claim-reason-product-unacceptable = o que foi comprado não era como descrito
claim-reason-subscription-canceled = cobrado depois do cancelamento
claim-reason-unrecognized = o titular do cartão não reconhece a cobrança
claim-reason-other = motivo na Stripe: { $code }
refund-reason-requested = o cliente pediu
refund-reason-duplicate = pago duas vezes
refund-reason-fraudulent = cartão de outra pessoa
refund-reason-never-collected = nunca foi recebido
refund-reason-disputed = o pagamento está em contestação
refund-reason-declined = o banco recusou
refund-reason-card-over = o cartão expirou ou foi cancelado
refund-reason-card-gone = o cartão foi perdido ou roubado
refund-reason-taken-back = interrompido a pedido
refund-reason-unknown = o banco não disse por quê
dispute-answer-by = Responda até { $time }.
dispute-deadline-passed = O prazo venceu em { $time }.
claim-pending = A caminho
claim-succeeded = Devolvido
claim-failed = Falhou: o dinheiro voltou
claim-inquiry = O banco pergunta
claim-open = Aberta: o banco retém o dinheiro
claim-won = Ganha
claim-lost = Perdida
claim-closed = Encerrada sem perda
credit-requests = Créditos e débitos manuais
credit-requests-text = O que a equipe deu e retirou. Acima de { $limit }, outra pessoa da equipe precisa aprovar.
credit-requests-none = Nada nesta situação. O crédito é dado ou retirado na página do cliente.
give-or-take-credit = Dar ou retirar crédito
credit-direction = O que fazer
credit-give = Dar crédito
credit-take = Retirar crédito
credit-limit-hint = Em { $unit }. Acima de { $limit } aguarda outra pessoa da equipe; conta também o que você deu nas últimas 24 horas.
credit-note-hint = A equipe lê isto; o cliente não.
credit-expires = Expira
choose-one = Escolha uma das opções.
credit-whose = { $name } tem { $balance } de crédito agora.
credit-for-payment = Dar crédito por este pagamento
credit-for-payment-whose = Chegaram { $paid } por { $payment }, e nada foi creditado. { $name } tem { $balance } de crédito agora. Com o que você der, o pagamento conta como creditado e a conciliação como resolvida; se ele for devolvido depois, esse crédito fica até você retirá-lo.
credit-for-payment-asked = Foram cobrados { $asked }.
credit-expires-hint = O último dia no formato 2026-12-31. Vazio, não expira.
credit-expires-in-past = Este dia já passou.
credit-expires-no-day = Escreva o dia no formato 2026-12-31.
credit-expires-too-far = Este dia está longe demais. Deixe vazio para crédito que não expira.
credit-too-much = No máximo { $most } de uma vez.
credit-expires-with-take = Só crédito dado expira.
credit-above-left = O valor é maior que o restante deste pagamento. Nada foi lançado.
credit-bad-amount = Digite um valor maior que zero.
credit-correction = Correção
credit-goodwill = Cortesia
credit-opening-balance = Saldo inicial
credit-misuse = Uso que não devia ser cobrado
credit-of = Crédito de { $amount } pela equipe
credit-waiting = Aguarda aprovação
credit-approved = Sendo lançado
credit-booked = Lançado
credit-rejected = Rejeitado
credit-taken-back = Retirado por quem pediu
credit-refused = Recusado pelos registros
credit-not-available = Esse crédito não estava mais disponível.
credit-refused-code = Os registros recusaram: { $code }.
credit-was-asked = O pedido foi registrado. Nada é lançado até que outra pessoa da equipe aprove.
credit-was-booked = Foi lançado.
credit-own-request = Você fez este pedido: outra pessoa da equipe precisa aprovar.
credit-approve = Aprovar
decide-see = Ver e decidir
approve-of = Aprovar { $amount }, { $name }
credit-waits-for-others = Aguarda um colega que possa aprovar.
credit-approve-text = Lança imediatamente, com o seu nome e o de quem pediu.
credit-reject = Rejeitar
credit-take-back = Desistir do pedido
credit-reject-text = Nada é lançado.
requested-by = Pedido por
decided-by = Decidido por
taken-back-at = Retirado em
timeline = Histórico
timeline-empty = Nada aconteceu ainda.
timeline-balance = saldo { $balance }
timeline-payment = Pagamento de { $amount }, { $method }
timeline-mail = E-mail: { $subject }
timeline-deleted-at-stripe = Cliente excluído na Stripe, com os cartões salvos. O próximo pagamento o cadastra lá de novo; o que foi pago continua valendo.
receipt-send-again = Enviar recibo de novo
receipt-send-again-text = Envia o recibo por e-mail ao cliente e a cada login dele que tem endereço.
receipt-sent = { $n ->
    [0] Ninguém tem endereço para o qual enviar o recibo.
    [one] O recibo foi enviado para { $n } endereço.
   *[other] O recibo foi enviado para { $n } endereços.
}
invitation-sent = O convite foi enviado novamente.
invite-again = Reenviar convite
open-payments = Abrir pagamentos
open-requests = Abrir pedidos
open-inbox = Abrir webhooks
all-clear = Tudo em ordem.
payments-unmatched-need = { $n ->
    [one] { $n } pagamento foi pago e nada creditou.
   *[other] { $n } pagamentos foram pagos e nada creditaram.
}
disputes-due = { $n ->
    [one] { $n } contestação aguarda resposta ao banco. { $sum }
   *[other] { $n } contestações aguardam resposta ao banco. { $sum }
}
approvals-waiting = { $n ->
    [one] { $n } pedido de crédito aguarda uma segunda aprovação.
   *[other] { $n } pedidos de crédito aguardam uma segunda aprovação.
}
webhooks-failed = { $n ->
    [one] { $n } webhook não pôde ser processado.
   *[other] { $n } webhooks não puderam ser processados.
}

## E-mails

mails-text = O que foi escrito aos clientes, do mais novo ao mais antigo.
mails-text-kept = O que teria sido enviado aos clientes, do mais novo ao mais antigo. Nenhum servidor de e-mail (SMTP) está configurado; por isso tudo fica guardado aqui.
mails-empty = Nenhum e-mail ainda. Peça uma nova senha na página de entrada, e o e-mail dela aparecerá aqui.
mail-sent = enviado
mail-waiting = aguardando envio
mail-stuck = não foi possível enviar
mail-kept = guardado aqui: nenhum SMTP configurado
all-mails = Todos os e-mails
mail-invitation-subject = Sua conta em { $brand }
mail-invitation-body =
    Olá, { $name },

    { $brand } abriu uma conta para você. Escolha sua senha aqui:

    { $url }

    O link vale uma vez, até { $until }.
    Se você não esperava este e-mail, pode ignorá-lo.
mail-credit-added-subject = { $amount } adicionados ao seu crédito em { $brand }
mail-credit-added-body =
    Olá, { $name },

    Recebemos seu pagamento. { $amount } foram adicionados ao seu crédito em { $brand }.
    Seu saldo de crédito agora é { $balance }.

    Todos os pagamentos: { $url }
mail-low-subject = Seu crédito em { $brand } está baixo: { $available }
mail-low-body =
    Olá, { $name },

    Você tem { $available } de crédito disponível em { $brand }, menos de { $threshold }.

    Adicionar crédito: { $url }
mail-expiring-subject = { $amount } do seu crédito expiram em { $date }
mail-expiring-body =
    Olá, { $name },

    { $amount } do seu crédito em { $brand } expiram em { $time }. Até lá, são usados antes do crédito que dura mais.

    Seu crédito: { $url }
mail-way-out = Escolha aqui quais destes avisos você recebe: { $url }
mail-receipt-line = Recibo { $number }: { $url }
mail-receipt-subject = Recibo { $number } de { $brand }
mail-receipt-body =
    Olá, { $name },

    Aqui está o recibo { $number } do seu pagamento de { $amount } a { $brand }:
    { $url }
mail-automatic-hello = Olá, { $name },
mail-automatic-charged-subject = Recarga automática: { $amount } cobrados no { $card }
mail-automatic-charged-news = Seu crédito com { $brand } estava acabando, e { $amount } foram cobrados no { $card }, como você autorizou. Seu saldo de crédito agora é { $balance }.
mail-automatic-paused-subject = Recarga automática pausada: { $card } foi recusado
mail-automatic-paused-news = { $brand } tentou cobrar { $amount } no { $card } e não conseguiu. { $why } A próxima tentativa é depois de { $until }.
mail-automatic-stopped-subject = A recarga automática foi interrompida
mail-automatic-stopped-news = { $brand } tentou cobrar { $amount } no { $card } e não conseguiu. { $why } Nada mais é cobrado até você escolher outro cartão ou ativar novamente.
mail-automatic-card-removed-news = { $card } não está mais salvo, e por isso { $brand } não recarrega mais o seu crédito. Escolha outro cartão para continuar.
mail-automatic-link-subject = Seu banco quer que você confirme { $amount }
mail-automatic-link-news =
    { $brand } tentou cobrar { $amount } no { $card }, e o banco quer que você mesmo confirme. Pague aqui até { $until }:

    { $page }

    A recarga automática foi interrompida; depois de pagar você pode ativá-la novamente.
mail-automatic-capped-subject = Recarga automática: um limite foi atingido
mail-automatic-day-money = Seu crédito com { $brand } está baixo, e hoje nada mais é cobrado no { $card }: seu limite de { $amount } por dia foi atingido. Continua depois de { $until }.
mail-automatic-day-count = Seu crédito com { $brand } está baixo, e o { $card } não é cobrado novamente hoje: seu número de cobranças por dia foi atingido. Continua depois de { $until }.
mail-automatic-month-money = Seu crédito com { $brand } está baixo, e neste mês nada mais é cobrado no { $card }: seu limite de { $amount } por mês foi atingido. Continua depois de { $until }.
mail-automatic-month-count = Seu crédito com { $brand } está baixo, e o { $card } não é cobrado novamente neste mês: seu número de cobranças por mês foi atingido. Continua depois de { $until }.
mail-automatic-see = Recarga automática, para alterar ou desativar: { $url }
mail-usage-hello = Olá, { $name },
mail-usage-subject = { $percent }% da franquia de { $line } já foi usada
mail-usage-news = { $percent }% da franquia da sua linha { $line } já foi usada. Restam { $left } até { $until }.
mail-usage-over-subject = A franquia de { $line } acabou
mail-usage-over-news = A franquia da sua linha { $line } acabou. A próxima começa depois de { $until }.
mail-usage-pack-subject = { $percent }% do crédito comprado para { $line } já foi usado
mail-usage-pack-news = { $percent }% do crédito que você comprou para a linha { $line } já foi usado. Restam { $left } até { $until }.
mail-usage-pack-over-subject = O crédito comprado para { $line } acabou
mail-usage-pack-over-news = O crédito que você comprou para a linha { $line } acabou. A próxima franquia começa depois de { $until }.
mail-usage-buy = Para continuar na velocidade normal, compre crédito em { $brand }: { $url }
mail-usage-buy-later = Quando acabar, você pode comprar crédito aqui: { $url }
mail-usage-see = Seu consumo por dia: { $url }
mail-owed-hello = Olá, { $name },
mail-invoice-subject = Fatura nº { $number } de { $brand }: { $amount }, vence em { $due }
mail-invoice-news = Sua fatura nº { $number } de { $brand } está pronta: { $amount }, com vencimento em { $due }.
mail-invoice-payable-subject = O boleto da fatura nº { $number } já pode ser pago: { $amount }, vence em { $due }
mail-invoice-payable-news = O boleto da sua fatura nº { $number } de { $brand } já pode ser pago: { $amount }, com vencimento em { $due }.
mail-invoice-overdue-subject = Sua fatura nº { $number } de { $brand } está vencida
mail-invoice-overdue-news = Sua fatura nº { $number } de { $brand }, no valor de { $amount }, venceu em { $due } e ainda não recebemos a confirmação do pagamento.
mail-boleto-payable-subject = Seu boleto de { $brand }: { $amount }, vence em { $due }
mail-boleto-payable-news = O boleto do crédito que você comprou em { $brand } ({ $quantity }) já pode ser pago: { $amount }, com vencimento em { $due }.
mail-boleto-overdue-subject = Um boleto de { $brand } está vencido
mail-boleto-overdue-news = O boleto do crédito que você comprou em { $brand } ({ $quantity }), no valor de { $amount }, venceu em { $due } e ainda não recebemos a confirmação do pagamento.
mail-awaits-bank = O boleto está sendo registrado no banco. Avisaremos assim que ele puder ser pago.
mail-linha-digitavel = Linha digitável, para pagar no aplicativo de qualquer banco:
mail-invoices-see = Suas faturas, com o boleto em PDF: { $url }
mail-paid-already = Se você já pagou, não precisa fazer nada: o banco nos informa o pagamento em até dois dias úteis.
mail-blocked-subject = Sua linha { $line } está bloqueada
mail-blocked-news = Sua linha { $line } em { $brand } foi bloqueada por falta de pagamento.
mail-blocked-pay = Suas faturas continuam acessíveis; assim que o pagamento for confirmado, a linha volta a funcionar sozinha: { $url }
mail-blocked-pay-pix = Suas faturas continuam acessíveis: pague por Pix e a linha volta na hora, ou por boleto e ela volta assim que o banco confirmar: { $url }
mail-blocked-trust = { $n ->
    [one] Precisa de mais tempo? Na mesma página você pode pedir o desbloqueio de confiança por 1 dia, uma vez por ciclo.
   *[other] Precisa de mais tempo? Na mesma página você pode pedir o desbloqueio de confiança por { $n } dias, uma vez por ciclo.
}
mail-enabled-subject = Sua linha { $line } voltou a funcionar
mail-enabled-news = Sua linha { $line } em { $brand } foi desbloqueada e voltou a funcionar.
mail-enabled-until = O que está vencido precisa ser pago até { $until }; depois disso a linha volta a ser bloqueada.
mail-reset-subject = Sua nova senha em { $brand }
mail-reset-body =
    Olá, { $name },

    Alguém, provavelmente você, pediu uma nova senha em { $brand }. Escolha-a aqui:

    { $url }

    O link vale uma vez, até { $until }.
    Se não foi você, não precisa fazer nada: sua senha continua a mesma.

## Demonstração

sandbox = Sandbox
demo-clock = Relógio da demonstração
advance-hour = Avançar 1 hora
advance-day = Avançar 1 dia
faults = Falhas
fault-on = ligadas
faults-legend = O que dá errado com o provedor de pagamentos
fault-late = Os avisos chegam atrasados
fault-twice = Os avisos chegam duas vezes
fault-held = Nada é confirmado: sem avisos, sem respostas
fault-reordered = Os avisos chegam fora de ordem
fault-lost = O próximo aviso se perde
fault-failing = A próxima chamada falha, sem efeito
fault-unheard = A próxima chamada é feita, mas a resposta se perde
fault-declined-late = Os cartões parecem pagar e são recusados depois
fault-saved-declined = Os cartões salvos são recusados na recarga automática
router-faults-legend = O que dá errado com o roteador
fault-router-twice = Cada relatório chega duas vezes
fault-router-lost = Um de cada dois relatórios se perde no caminho
fault-router-overtaken = Cada relatório é ultrapassado pelo seguinte
fault-router-deaf = Ele não responde quando deve mudar a velocidade
bank-legend = O que o banco faz
fault-bank-waits = Os boletos esperam até serem registrados à mão
bank-pay-once = Pagar os boletos em aberto
bank-pay-twice = Pagar duas vezes
faults-set = Aplicar
strip-sandbox = Reembolsos, contestações e mais no sandbox
demo-reset = Recomeçar
demo-reset-ask = Recomeçar a demonstração?
demo-reset-text = Tudo o que foi feito aqui será descartado: clientes, pagamentos, e-mails, o relógio. Logins e chaves de API continuam os mesmos; o que você copiou continua funcionando.
demo-reset-yes = Sim, recomeçar
demo-reset-no = Manter tudo
demo-title = Demonstração
demo-headline = Crédito pré-pago certo até o centavo, ao vivo.
demo-text = Tudo aqui é o programa de verdade, com clientes de exemplo; uma sandbox faz o papel da Stripe, do roteador e do banco. Teste à vontade.
api-company = Empresa de API
api-company-text = Vende chamadas por crédito pré-pago: US$ 0,25 por hora de atividade. Cartões pela página da Stripe, saldo ao vivo.
open-as-customer = Abrir como cliente
open-as-staff = Abrir como equipe
demo-line = Cliente da API
demo-lines = O que resta, ao vivo
demo-data-line = Dados de { $name }
spend-data = Gastar tudo em meio minuto
spend-data-text = O roteador informa o que é usado; no zero, ele reduz a velocidade da linha.
password-of-all = Senha dos três:
curl-text = Execute esta linha, e o número se move na hora:
copy-curl = Copiar o comando
checklist = Os dois roteiros, passo a passo
sandbox-link = Sandbox que faz o papel da Stripe
router-link = Roteador com seus assinantes
bank-link = Banco que recebe os boletos
step-done = feito
step-1 = Entre como cliente, abra Faturamento, escolha Recarga.
step-2 = O saldo de um cliente novo é US$ 25,00.
step-3 = Faça uma chamada: Pendente mostra US$ 0,25, Disponível US$ 24,75. Avance 1 hora: o saldo passa a US$ 24,75.
step-4 = Clique em Adicionar ao saldo de crédito: a página de pagamento abre.
step-5 = Pague com 4242 4242 4242 4242: uma janela confirma o pagamento.
step-6 = Detalhes do crédito tem uma linha com Status Sucesso.
step-7 = O saldo aumentou exatamente o valor pago.
step-8 = Adicione de novo: a página de pagamento mostra o cartão salvo, já escolhido.
step-9 = Pague com outro cartão, como 5555 5555 5555 4444.
step-10 = A segunda linha mostra o novo cartão.
step-11 = O saldo aumentou de novo exatamente o valor pago.
step-12 = Pague com 4000 0000 0000 0002: uma linha com Status Falha diz o motivo.
step-13 = O cartão recusado não mudou o saldo.
when-it-goes-wrong = Quando algo dá errado
staff-step-1 = Como equipe, reembolse parte de um pagamento: a página do cliente diz Reembolso parcial.
staff-step-2 = Na página de pagamentos do sandbox, deixe um banco contestar um pagamento.
staff-step-3 = Abra os webhooks recebidos e reprocesse um evento: nada é lançado duas vezes.
staff-step-4 = Dê mais de US$ 50,00 de crédito; um colega que você convida aprova.
staff-step-5 = Veja o portal como o cliente: tudo se vê, nada se muda.
staff-step-6 = Como cliente, ative a recarga automática e gaste: o cartão é cobrado sozinho.
data-step-1 = Abra como o assinante sem saldo: Compra de Crédito abre, com o plano escolhido.
data-step-2 = Abra como o bloqueado: a página diz por que o plano não é oferecido.
data-step-3 = Abra como o que tem saldo: uma frase em vermelho diz que o saldo é positivo.
data-step-4 = Gaste esses dados com o botão acima: no zero o roteador reduz a velocidade, e um crédito pode ser escolhido.
data-step-5 = Escolha 10,0 GB: preço, boleto, vencimento e saldo após a compra aparecem antes de Comprar.
data-step-6 = Clique em Comprar: o crédito é liberado na hora, e o roteador restaura a velocidade.
data-step-7 = Aperte F12 ou Conferência: cada número se abre, e a fórmula dá o saldo.
data-step-8 = Encontre o boleto em Faturas e pague-o no banco (Falhas, ou a página do banco): ele passa a Pago.
data-step-9 = Compre por boleto, deixe sem pagar e avance 1 dia dez vezes: a linha fica Bloqueada. Use o Desbloqueio de confiança em Faturas; quando for pago, ela segue Habilitada.

## Faturas

invoices = Faturas
invoices-text = O que você comprou, o que falta pagar e o que já foi pago.
boleto = Boleto
boletos = Boletos
boletos-empty = Nenhum boleto ainda. O crédito comprado por boleto aparece aqui.
data-credit = Crédito de { $quantity }
boleto-due = Vencimento em { $day }
boleto-registering = Em registro
boleto-registering-text = Pode ser pago assim que o banco registrar o título; a linha digitável aparece aqui nesse momento.
boleto-rejected = Recusado pelo banco
boleto-rejected-text = O banco não registrou este boleto. Entre em contato com { $brand }.
boleto-open = Em aberto
boleto-open-text = Pague em qualquer banco: copie a linha digitável abaixo.
boleto-overdue = Vencido
boleto-overdue-text = Ainda pode ser pago em qualquer banco; multa e juros são somados no pagamento.
boleto-paid = Pago
boleto-paid-text = O banco informou o pagamento em { $day }.
boleto-paid-by-hand-text = O pagamento foi registrado em { $day }. Não pague este boleto.
boleto-paid-twice = Foi pago mais de uma vez: o que foi pago a mais ficou em { $brand } como seu crédito.
boleto-written-off = Baixado
boleto-written-off-text = Não pode mais ser pago, e você não deve mais nada por ele.
boleto-pdf = PDF do boleto
boleto-second-copy = Segunda via (PDF)
boleto-overdue-pix-text = Ainda pode ser pago: em qualquer banco, que soma multa e juros, ou por Pix, com multa e juros já incluídos no código.
boleto-today = Pagando hoje, o total é { $amount }.
received-payments = Pagamentos recebidos
received-as-credit = além do devido: ficou como seu crédito
own-credit = Crédito em dinheiro: { $amount }
own-credit-text = Pago além do devido. O próximo faturamento desconta da fatura dele; o que for devolvido aqui não é mais descontado.
own-credit-came = Pago a mais { $way }
own-credit-invoiced = Descontado da fatura nº { $number }
own-credit-given-back = Devolvido { $way }
own-credit-refused = não lançado: o crédito já tinha sido usado de outra forma
invoice-credit = Crédito de pagamento a maior
invoice-credit-again = Crédito descontado antes, que já tinha sido usado
paid-by-card = por cartão
giving-back = Devolver crédito
giving-back-left = No máximo { $left }.
giving-back-whose = O crédito é de { $name }.
giving-back-bad-amount = Informe um valor acima de zero, em centavos inteiros.
giving-back-not-left = Restam só { $left } deste crédito.
giving-back-done = Este pagamento já foi devolvido. Nada mudou.
giving-back-way = Como foi devolvido
giving-back-way-hint = Envie o dinheiro antes, pelo seu banco. Aqui fica só o registro.
giving-back-choose = Escolha uma das duas formas.
giving-back-reason-hint = Por quê, e o comprovante, como o ID do Pix. O assinante lê isto em Faturas.
given-back = O crédito foi devolvido.
timeline-purchase = Comprou { $quantity } por { $price }
timeline-boleto = Boleto { $number } de { $amount }
timeline-invoice = Fatura nº { $number } de { $amount }
settlement-credit = Virou crédito
payment-way = Forma de pagamento
movement-invoiced = Crédito descontado de uma fatura
movement-given-back = Crédito devolvido
flow-invoiced = Crédito descontado de faturas
account-clearing-credit = Crédito a caminho das faturas
your-credit = Seu crédito: { $amount }
your-credit-text = Foi pago além do devido. { $brand } desconta este valor da sua próxima fatura automaticamente, ou devolve se você pedir.
paid-by-pix = por Pix
paid-by-boleto = por boleto
paid-by-hand = registrado pela equipe
boleto-still-owed = Ainda devido
boleto-still-owed-pix-text = Este boleto não vale mais e não pode ser pago no banco, mas o valor continua devido. Pague por Pix aqui ou entre em contato com { $brand }.
boleto-still-owed-text = Este boleto não vale mais e não pode ser pago no banco, mas o valor continua devido. Entre em contato com { $brand } para pagar.
boleto-paid-by-pix = Pago por Pix
boleto-paid-by-pix-text = Foi pago por Pix em { $day }. Não pague este boleto.
pay-by-pix = Pagar com Pix
card-payments = Pagamentos com cartão
pix-qr = QR Code do Pix
pix-how = Abra o aplicativo do seu banco, escolha Pix e leia o QR Code, ou copie o código e cole em “Pix copia e cola”.
copy-pix = Copiar o código Pix
pix-until = Pague até { $time }. O pagamento aparece nesta página assim que chegar.
pix-coming = O código Pix está sendo gerado; ele aparece aqui em um instante.
pix-expired = O prazo deste Pix terminou sem pagamento: nada foi cobrado. Você pode escolher de novo. Se você já pagou, o crédito é liberado assim que o banco confirmar.
purchase-given-up = Esta compra foi cancelada antes do pagamento: nada foi cobrado. Você pode escolher de novo.
purchase-given-back = { $amount } devolvidos: { $quantity } retirados
purchase-given-back-in-part = { $amount } devolvidos: { $quantity } retirados, { $kept } mantidos
purchase-given-back-data-stays = { $amount } devolvidos: nenhum dado foi retirado
purchase-contested = Contestado no banco: { $quantity } retirados até a decisão; voltam se o pagamento for mantido
purchase-contested-data-stays = Contestado no banco: nenhum dado foi retirado
purchase-contest-lost = Contestado no banco, que ficou com o pagamento: { $quantity } retirados
purchase-contest-lost-data-stays = Contestado no banco, que ficou com o pagamento: nenhum dado foi retirado
purchase-contest-won = Contestado no banco, que manteve o pagamento: nenhum dado está retirado
card-waits = Esta compra aguarda o pagamento com cartão, na página segura de pagamento.
payment-being-confirmed = O pagamento chegou e está sendo confirmado; a confirmação aparece nesta página.
card-go-on = Ir para o pagamento
give-up = Desistir
copy-linha-digitavel = Copiar a linha digitável
next-invoice = Próximo faturamento
next-invoice-text = Comprado e já liberado; será cobrado na sua próxima fatura.
monthly-invoices = Faturas mensais
invoice-of-month = { $month } · fatura { $number }
invoice-lines = O que está nela
invoice-pdf = Fatura em PDF
invoice-paid-text = Paga em { $day }.
invoice-fee = Plano { $plan }
invoice-month-title = Fatura { $number }
next-invoice-due = Vencimento em { $day }.
line-is-overdue = { $line } está bloqueado por falta de pagamento.
trust-unblock = Desbloqueio de confiança
trust-ask = Só pode ser usado uma vez por ciclo. O acesso volta agora e fica liberado até { $time }; se nada for pago até lá, é bloqueado de novo. Usar agora?
trust-yes = Sim, desbloquear agora
trust-used-text = O desbloqueio de confiança deste ciclo já foi usado. O acesso volta assim que o pagamento for confirmado.
line-on-trust = { $line } está liberado em confiança até { $time }.
line-on-trust-text = Pague até lá para continuar com acesso.
trust-offer = { $n ->
    [one] Pague abaixo e o acesso volta assim que o pagamento for confirmado. Ou desbloqueie por 1 dia, uma vez por ciclo.
   *[other] Pague abaixo e o acesso volta assim que o pagamento for confirmado. Ou desbloqueie por { $n } dias, uma vez por ciclo.
}
bought-on = Comprado em { $day }

## Compra de crédito para um plano

buy-credit = Compra de Crédito
buy-credit-text = Mais dados para o seu plano, liberados na hora
consumption = Consumo
consumption-of-data = Consumo de dados
plan = Plano
credit = Crédito
choose = Selecione…
choose-plan = Selecione um plano para ver o saldo e os créditos à venda.
choose-credit = Selecione primeiro um crédito.
no-lines = Você ainda não tem um plano em serviço. Fale com o seu provedor.
lines-not-offered = { $n ->
    [one] Um dos seus planos não está na lista: veja por quê
   *[other] { $n } dos seus planos não estão na lista: veja por quê
}
line-is-slowed = A velocidade está reduzida agora e volta assim que houver saldo.
line-is-walled = Agora só as páginas do provedor abrem; a internet volta assim que houver saldo.
line-is-cut = O acesso está bloqueado agora e volta assim que houver saldo.
no-line-can-buy = Nenhum dos seus planos permite a compra de crédito
line-is-cancelled = Este plano foi cancelado.
line-is-blocked = Este plano está bloqueado. Se houver débitos vencidos, ele é liberado assim que forem pagos; se não houver, fale com o provedor.
line-blocked-overdue = Este plano está bloqueado por falta de pagamento. Ele volta a funcionar assim que o débito for pago.
line-blocked-by-provider = Este plano está bloqueado pelo provedor. Fale com o provedor.
exactly-in-bytes = Exatamente, em bytes: { $formula }
plan-does-not-support = Este plano não oferece compra de créditos.
line-has-no-login = Este plano ainda não tem login de acesso. Fale com o seu provedor.
line-allowance = Franquia
line-bought = Créditos Comprados no mês
line-balance = Saldo Atual
purchases-count = { $n ->
    [one] (1 compra)
   *[other] ({ $n } compras)
}
line-adjusted = Ajustes: { $quantity }
awaiting-payment = Aguardando pagamento: { $quantity }
overshoot = Uso excedente: { $quantity }, descontado do próximo crédito
balance-is-positive = Não é possível efetuar compra de crédito, pois o plano selecionado possui um saldo positivo.
gauge-used = { $used } usados de { $whole }
usage-told = O consumo chegou a { $percent }% da franquia em { $time }.
usage-told-over = A franquia acabou em { $time }.
usage-told-pack = O consumo chegou a { $percent }% do último crédito comprado em { $time }.
usage-told-pack-over = O último crédito comprado acabou em { $time }.
cycle-dates = { $from } a { $until }
cycle-days-left = { $n ->
    [one] falta 1 dia
   *[other] faltam { $n } dias
}
pack-too-small = não deixa o saldo acima de zero
pack-limit = limite de compras do mês atingido
unpaid-limit = limite de créditos não pagos atingido
unpaid-limit-ways = Com esta compra, o limite de crédito não pago do seu provedor seria ultrapassado: pague agora ou quite antes o que estiver em aberto.
purchase-is-awaiting = Uma compra sua aguarda pagamento: veja abaixo. O crédito é liberado assim que ela for paga.
charging = Forma de cobrança
by-boleto = Boleto
by-next-invoice = Próximo faturamento
by-pix = Pix
by-card = Cartão
charge-by-boleto = O crédito de { $quantity } custa { $price } e será cobrado por boleto, com vencimento em { $due }.
charge-by-next-invoice = O crédito de { $quantity } custa { $price } e será cobrado no próximo faturamento, com vencimento em { $due }.
charge-by-pix = O crédito de { $quantity } custa { $price } e será cobrado por Pix: o código vale por { $minutes } minutos.
charge-by-card = O crédito de { $quantity } custa { $price } e será cobrado no cartão, na página segura de pagamento.
released-at-once = A liberação é imediata.
released-on-payment = A liberação acontece após o pagamento.
balance-after-purchase = Saldo após a compra
buy = Comprar
refused-already-bought = Já houve uma compra para este plano desde que esta página foi aberta. Nada foi comprado de novo: abaixo está a situação atual do plano.
refused-pack-changed = O preço ou a quantidade deste crédito mudou. Nada foi comprado: confira antes de comprar.
refused-pack-gone = Este crédito não é mais vendido desta forma. Nada foi comprado: selecione outra vez.
purchase-confirmed = Compra confirmada
purchase-released = { $quantity } liberados. Seu saldo atual é { $balance }.
purchase-awaits = { $quantity } serão liberados assim que o pagamento for confirmado.
newest-purchase = { $quantity } por { $price }
purchase-registered = Compra registrada
credit-released = Crédito liberado
credit-awaits-card = Aguardando o pagamento com cartão
credit-awaits-pix = Aguardando o Pix
credit-awaits-boleto = Aguardando o pagamento do boleto
credit-awaits-boleto-or-pix = Aguardando o pagamento do Pix ou do boleto
credit-awaits-invoice = Aguardando o pagamento da próxima fatura
credit-awaits-confirmation = Pagamento em confirmação
boleto-coming = O boleto está sendo emitido
invoice-waits = Entra na próxima fatura
see-invoices = Ver em Faturas
bought-by-boleto = O boleto fica em Faturas, com a linha digitável e o PDF.
bought-by-boleto-registering = O banco ainda está registrando o boleto. Depois do registro, a linha digitável e o PDF ficam em Faturas.
bought-on-invoice = O valor entra na sua próxima fatura; acompanhe em Faturas.
unpaid-purchases = Aguardando pagamento
speed-restored = Velocidade restaurada
speed-waits = Velocidade: aguardando a confirmação do roteador
speed-late = O roteador não confirmou a sua velocidade em 3 minutos. O provedor já foi avisado; o seu crédito está garantido.
speed-full = A velocidade não estava reduzida
at-once-after = junto com a compra
at-once-after-payment = junto com o pagamento
seconds-after = { $seconds } s após a compra
minutes-after = { $minutes } min { $seconds } s após a compra
minutes-after-payment = { $minutes } min { $seconds } s após o pagamento
seconds-after-payment = { $seconds } s após o pagamento
check = Conferência
check-plan = Nome do Plano
check-allowance = Franquia mensal do plano
check-bought = Total de Crédito comprado no mês
check-outside = Total navegado fora da franquia
check-inside = Total navegado (franquia + compra de crédito)
check-total = Total navegado
check-carried = Saldo transportado
check-adjustments = Ajustes
check-balance = Saldo atual disponível para navegação
check-nothing = Nada ainda.
zero-rated-entry = { $name }, fora da franquia
zero-rated-unnamed = Serviço sem franquia
term-allowance = Franquia mensal
term-bought = Total crédito comprado no mês
term-outside = Total Navegado fora da franquia
outside-free = em horário livre
outside-restricted = com acesso reduzido
outside-free-or-restricted = em horário livre ou com acesso reduzido
term-total = Total Navegado
term-balance = Saldo atual

## O que um plano consumiu

consumption-text = O que o seu plano consumiu neste ciclo, por dia, em relação à franquia.
consumption-by-day = Por dia
consumption-outside = Fora da franquia: { $quantity }, que não reduziram o saldo.
consumption-zero-rated = { $name }, fora da franquia: { $quantity }
consumption-empty = Nada foi consumido neste ciclo ainda.
chart-data-by-day = Consumo por dia
chart-data-most = O maior consumo foi em { $span }: { $amount }.
chart-data-nothing = Nada foi consumido.
used-data = Consumo
movement-allowance = Franquia
movement-pack = Crédito comprado
movement-traffic = Navegação
movement-zero-rated = Navegação sem franquia, devolvida
movement-forgiven = Uso excedente encerrado com o ciclo
boleto-paid-elsewhere = Foi pago no balcão ou de outra forma? Então não o cancele:
movement-write-off = Compra baixada

internet-provider = Provedor de internet
internet-provider-text = Um provedor de internet no Brasil: os assinantes compram mais dados quando a franquia acaba, por Pix, cartão, boleto ou no próximo faturamento.
subscriber-with-plenty = com saldo
subscriber-at-zero = sem saldo
subscriber-blocked = bloqueado

## Console: planos e pacotes

settings-panel = Painel de Configurações
plans = Planos e serviços
plans-text = O que é vendido por mês. Uma mudança vale na hora para todas as linhas; a franquia muda no próximo ciclo.
plans-empty = Nenhum plano ainda. Crie o primeiro e depois os créditos dele em Valores Crédito.
new-plan = Novo plano
plan-composition = Composição
plan-fee = Mensalidade
plan-fee-line = { $fee } por mês
plan-allowance = Franquia
plan-allowance-in = Franquia de cada ciclo, em { $unit }
plan-carried-in = Franquia não usada que vale mais um ciclo, no máximo, em { $unit }
plan-carried-hint = Vazio: a franquia termina com o ciclo.
plan-supports-purchase = Suporta Compras de Créditos
plan-balance-in = Permitir compra com saldo até, em { $unit }
plan-balance-hint = 0: somente quando não resta nada.
plan-unpaid = Comprado e ainda não pago, no máximo
plan-unpaid-hint = Em R$. Vazio: sem limite. O que só é liberado depois de pago, como por Pix e cartão, não conta.
plan-at-zero = Quando não resta nada
plan-at-zero-hint = No Brasil, a regra é reduzir a velocidade em vez de cortar, salvo se o contrato disser outra coisa.
at-zero-slow = Reduzir a velocidade
at-zero-walled = Acesso restrito
at-zero-block = Bloquear
plan-speed = Velocidade
plan-speed-hint = Envio/recebimento como o roteador entende, por exemplo 10M/50M.
plan-slow-speed = Velocidade reduzida
plan-slow-speed-hint = Do mesmo jeito, por exemplo 512k/1M.
plan-walled-list = Lista de endereços do acesso restrito
plan-free = Horários livres
plan-free-hint = Por exemplo 00:00-06:00, 22:00-23:00. O tráfego neles não reduz o saldo.
plan-zero-rated = Tráfego sem franquia
plan-zero-rated-hint = Por exemplo WhatsApp, garden: os nomes com que os roteadores relatam os serviços, separados por vírgulas. O tráfego deles não reduz o saldo.
plan-services-none = Nenhum roteador relatou serviço algum ainda.
plan-services-seen = Roteadores já relataram: { $services }.
plan-service-seen = { $name } (visto em { $time })
plan-services-unseen = Nenhum roteador relatou ainda: { $services }. Confira o nome; enquanto nenhum relatar, nada fica sem franquia por ele.
plan-block = Dias até o bloqueio por falta de pagamento
plan-block-hint = Depois do vencimento de um boleto ou fatura. Vazio: nunca.

## Fechamento do mês

month-end = Fechamento do mês
month-end-text = O crédito dos clientes e tudo o que o moveu, somado a partir do diário.
month-end-making = O diário está sendo somado desde a primeira linha …
month-end-failed = Não foi possível fazer o relatório: { $why }
month-end-so-far = O período ainda não terminou: posição em { $time }.
month-end-day = Ou até o fim de um dia
month-end-show = Mostrar
month-up-to = Do primeiro dia do mês até o fim de { $day }
month-end-wrong-month = Escolha um mês da lista.
month-end-wrong-day = Escreva o dia como 2026-11-17.
month-end-future = Este dia ainda não começou.
month-end-before-first = Ainda não havia registros. Escolha um dia posterior.
month-end-compared-whole = A Stripe foi comparada até o fim.
month-end-compared = A Stripe foi comparada até { $time }; o que ela moveu depois disso ainda não está nestes números.
payouts-matched = { $n ->
    [one] Um repasse de { $amount } está nos registros.
   *[other] { $n } repasses de { $amount } no total estão nos registros.
 }
payouts-open = { $n ->
    [one] Um repasse de { $amount } ainda não está nos registros.
   *[other] { $n } repasses de { $amount } no total ainda não estão nos registros.
 }
payouts-came-back = { $n ->
    [one] Um repasse de { $amount } não chegou: o dinheiro está de novo na Stripe, também nos registros.
   *[other] { $n } repasses de { $amount } no total não chegaram: o dinheiro está de novo na Stripe, também nos registros.
 }
payouts-none = Nenhum repasse neste período.
month-end-empty = Nada tinha acontecido até então.
month-end-proof = Feito com o diário até a linha { $row }, hash { $hash }. “saldo month-end” imprime o mesmo no servidor.
month-opening = No início
month-closing = No fim
liability-by-age = Por idade do crédito
age-days = Concedido de { $from } a { $until } dias antes
age-days-over = Concedido há mais de { $days } dias
used-beyond = Usado além de todo o crédito
data-of-lines = Dados das linhas
accounts = Contas
account = Conta
accounts-text = D: mais débitos que créditos. C: mais créditos que débitos. A soma de todas as contas é zero.
debits = Débitos
credits = Créditos
balance-debit = { $amount } D
balance-credit = { $amount } C
chart-held = Crédito dos clientes no fim de cada dia
chart-held-most = Maior em { $span }: { $amount }.
chart-held-nothing = Os clientes não tinham crédito neste período.
flow-sold = Crédito vendido
flow-overpaid = Pago além do devido
flow-brought-in = Trazido de outro sistema
flow-promotional = Crédito promocional
flow-allowance = Franquias dos planos
flow-corrected = Correções e cortesias
flow-used = Usado
flow-expired = Expirado
flow-refunded = Reembolsado
flow-disputed = Contestado
account-wallets = Crédito dos clientes
account-clearing-stripe = Dinheiro na Stripe
account-revenue-usage = Receita de uso
account-revenue-charge = Receita de cobranças
account-promotional = Crédito promocional concedido
account-adjustment = Correções e cortesias
account-breakage = Crédito expirado
account-allowance = Dados concedidos pelos planos
account-sold = Dados vendidos
account-used = Dados usados
account-outside = Dados usados fora da franquia
account-receivable = Contas a receber
account-revenue-pack = Receita de créditos de dados
account-written-off = Baixado sem pagamento
account-clearing-boleto = Dinheiro de boletos
account-clearing-pix = Dinheiro de Pix
account-clearing-hand = Dinheiro recebido de outra forma
account-revenue-plan = Receita de mensalidades
account-revenue-late-fee = Multas e juros
account-disputed = Retido por contestações
account-fees-stripe = Tarifas da Stripe
account-payouts-stripe = Repassado pela Stripe

## The monthly run

monthly-run = Faturamento do mês
monthly-run-text = A cada mês, uma fatura por assinante: mensalidades, créditos comprados para o próximo faturamento e ajustes, cobrados por um só boleto.
next-run-text = { $count } assinantes serão verificados. As faturas vencerão em { $due }.
next-run-from = O faturamento pode ser iniciado a partir de { $day }.
begin-run = Gerar as faturas
begin-run-of = Sim, gerar as faturas de { $month }
begin-run-late = Gerar as faturas de { $month }
runs-missed = { $n ->
    [one] Sem faturamento: { $months }
   *[other] Sem faturamento: { $months }
}
runs-missed-text = Estas mensalidades não estão em nenhuma fatura. Comece pelo mês mais antigo.
runs-missed-hold = Nenhum faturamento começa sozinho até que sejam gerados, ou até você dizer que foram cobrados por outro sistema.
billed-elsewhere = Cobrado antes por outro sistema
first-month = Primeiro mês cobrado aqui
first-month-hint = Os meses anteriores não são oferecidos nem gerados. O que foi comprado na próxima fatura fica para o próximo faturamento.
first-month-none = Todos os meses em que havia planos com mensalidade aqui
first-month-said = Os meses antes de { $month } foram cobrados por outro sistema.
run-passes-over = { $n ->
    [one] { $months } ainda não foi faturado. Depois de gerar as faturas de { $month }, não será mais possível: as mensalidades desse mês ficarão fora de qualquer fatura.
   *[other] { $months } ainda não foram faturados. Depois de gerar as faturas de { $month }, não será mais possível: as mensalidades desses meses ficarão fora de qualquer fatura.
}
begin-run-hint = Elas vão ao banco na próxima remessa e não podem ser desfeitas de uma vez.
run-is-early = Ainda é cedo para { $month }: o dia é { $day }. O que for comprado até lá fica para a fatura seguinte.
run-estimate = { $n ->
    [one] Uma fatura de { $total }, pela situação de agora.
   *[other] { $n } faturas, { $total } no total, pela situação de agora.
}
run-estimate-many = A soma das faturas não pode ser mostrada aqui antes.
runs = Faturamentos
due = Vencimento
progress = Andamento
run-done = Concluído
invoices-open = Em aberto
invoices-paid = Pago
invoices-none = Nenhuma fatura foi gerada ainda.
total = Total
reason = Motivo
adjustments-waiting = Ajustes aguardando a próxima fatura
new-adjustment = Novo ajuste
adjustment-document = CPF ou CNPJ do assinante
adjustment-direction = O que o ajuste faz
adjustment-adds = Acrescenta à fatura
adjustment-takes-off = Desconta da fatura
adjustment-reason-hint = O assinante lê este texto na fatura.
withdraw-adjustment = Retirar
withdraw-adjustment-of = Retirar o ajuste de { $name }
settle-by-hand = Pago de outra forma
settle-by-hand-text = Para dinheiro recebido fora do banco e do Pix. A fatura e tudo o que está nela ficam pagos, e a auditoria guarda o motivo.
settle-by-hand-button = Marcar como paga
settle-needs-reason = Preencha o motivo: de 1 a 120 caracteres.
adjustment-bad-document = Não há assinante com este CPF ou CNPJ.
adjustment-bad-amount = O valor deve ser maior que zero, até 1.000.000,00.
adjustment-bad-reason = O motivo deve ter de 1 a 120 caracteres.
adjustment-books = Nada é lançado agora. O ajuste entra na próxima fatura do assinante e é lançado com ela; até lá pode ser retirado. Uma fatura nunca fica negativa: o resto espera a seguinte.

# Routers.
routers = Roteadores
routers-text = Os equipamentos que mantêm as sessões dos assinantes. Eles informam o consumo por RADIUS na porta UDP { $port } deste servidor e recebem mudanças por CoA.
routers-text-off = Nenhum informe é recebido: radius.accounting_listen não está definido na configuração.
routers-empty = Nenhum roteador ainda. Cadastre o primeiro e aponte o accounting RADIUS dele para este servidor.
new-router = Novo roteador
change-router = Alterar roteador
router-address = Endereço IP
router-address-hint = De onde vêm os pacotes RADIUS dele. Pacotes de outros endereços são descartados.
router-address-taken = Outro roteador já tem este endereço.
router-bad-address = Este não é o endereço IP de um equipamento, como 192.0.2.7 ou 2001:db8::7.
router-secret = Segredo RADIUS
router-secret-hint = O mesmo que está no roteador: de 8 a 128 letras, algarismos e sinais. Ele nunca mais é exibido.
router-secret-kept = Em branco, o segredo continua o mesmo. Ele nunca é exibido.
router-no-secret = Um roteador novo precisa do segredo que compartilha com este servidor.
router-bad-secret = O segredo tem de 8 a 128 letras, algarismos e sinais, sem espaços nem acentos.
router-port = Porta CoA
router-port-hint = A porta UDP em que ele recebe CoA e Disconnect: 3799 na maioria dos roteadores.
router-port-of = porta CoA { $port }
router-bad-port = A porta é um número de 1 a 65535.
router-services = Serviços relatados à parte
router-services-hint = Quando o roteador relata um serviço à parte (o tráfego sem franquia dos planos): se os contadores da própria sessão também incluem os bytes dele. Na maioria dos roteadores, incluem.
router-services-included = Incluídos na sessão
router-services-apart = Não incluídos na sessão
router-remove = Remover
router-remove-one = Remover { $name }
router-remove-text = Os pacotes dele passam a ser descartados. As sessões antigas conservam o nome.
router-remove-confirm = Remover o roteador
router-removed = O roteador foi removido.
router-in-use = { $name } está reportando e tem sessões abertas, que deixariam de ser contadas. Mova-as antes, ou espere ele silenciar.
router-state = Situação
router-seen = Visto por último
router-sessions = Sessões abertas
router-unconfirmed = Mudanças sem confirmação
router-reports = Informando
router-idle = Sem sessões
router-silent = Em silêncio
router-silent-since = Em silêncio desde { $time }
router-never = Nunca informou
router-never-text = Confira o endereço, o segredo e para onde ele envia o accounting.
routers-silent = { $n ->
    [one] { $n } roteador com sessões abertas não informa há mais de 15 minutos.
   *[other] { $n } roteadores com sessões abertas não informam há mais de 15 minutos.
}
open-routers = Abrir roteadores

## Marca

brand = Marca
brand-text = O que os clientes veem de você: em todas as páginas, nos e-mails e nos documentos. Uma alteração vale na hora. O que ficar em branco vem do arquivo de configuração.
brand-name = Nome
brand-colour = Cor
brand-support-email = E-mail de suporte
brand-support-phone = Telefone de suporte
brand-terms-url = Endereço dos seus termos de uso
brand-language = Idioma padrão
brand-legal = Em recibos, faturas e extratos
brand-legal-text = Um recibo mantém o que constava quando foi emitido.
brand-legal-name = Razão social
brand-tax-id = CNPJ ou CPF
brand-address = Endereço
brand-tax-line = Frase sobre impostos
brand-zone = Fuso horário
brand-zone-text = Meses, ciclos e vencimentos seguem o fuso, por isso ele não muda com ciclos em andamento: defina brand.time_zone no arquivo de configuração e reinicie. Ciclos em andamento mantêm o fim com que começaram.
brand-source-file = Do arquivo de configuração ({ $setting }): { $value }
brand-source-bank = Da sua conta bancária no arquivo de configuração: { $value }
brand-source-name = O nome acima: { $value }
brand-source-nowhere = Não definido, nem aqui nem no arquivo de configuração ({ $setting }).
brand-source-here = Definido aqui.
brand-source-instead = Definido aqui, no lugar de: { $value }
brand-language-of-file = Como no arquivo de configuração: { $language }
brand-saved = A marca foi salva. Os clientes já a veem.
brand-check-colour = Verificar a cor
brand-adjusted = Ajustada
brand-no-colour = Aparece o verde do próprio programa. Digite uma cor como #0b6e4f para ver como ela fica.
brand-letters-white = Os botões têm { $colour } como é, com letras brancas: { $contrast }.
brand-letters-black = Os botões têm { $colour } como é, com letras pretas: { $contrast }.
brand-light-own = Links em páginas claras têm a cor como é: { $contrast }.
brand-light-adjusted = { $own } é clara demais para links em páginas claras: { $before }, e texto precisa de 4,5 : 1. Eles têm a cor mais escura { $colour }: { $contrast }.
brand-dark-own = Links em páginas escuras têm a cor como é: { $contrast }.
brand-dark-adjusted = { $own } é escura demais para links em páginas escuras: { $before }, e texto precisa de 4,5 : 1. Eles têm a cor mais clara { $colour }: { $contrast }.
brand-logo = Logotipo
brand-no-logo = Ainda sem logotipo: aparece o símbolo do próprio programa.
brand-logo-on-light = O logotipo em uma página clara
brand-logo-on-dark = O logotipo em uma página escura
brand-logo-file = Imagem
brand-logo-hint = Um PNG com 32 a 1024 pixels de lado e no máximo 256 KiB, de preferência com fundo transparente. Se a largura for o dobro da altura ou mais, ele aparece sozinho, sem o nome ao lado. SVG não é aceito: pode conter scripts.
brand-logo-send = Usar este logotipo
brand-logo-remove = Remover o logotipo
brand-logo-saved = O logotipo foi salvo. Os clientes já o veem.
brand-logo-removed = O logotipo foi removido.
brand-logo-too-long = O arquivo tem mais de { $kib } KiB. Nada foi alterado.
brand-logo-not-png = Esta não é uma imagem PNG. Nada foi alterado.
brand-logo-damaged = Não é possível ler esta imagem: está danificada. Nada foi alterado.
brand-logo-bad-size = Cada lado precisa ter de { $min } a { $max } pixels. Nada foi alterado.
brand-bad-line = Uma só linha: nome com até 60 caracteres, demais textos com até 200.
brand-bad-email = Este não é um endereço de e-mail.
brand-bad-phone = Um número como (11) 4004-1234.
brand-bad-url = O endereço completo de uma página, como https://exemplo.com.br/termos.
brand-bad-colour = Uma cor como #0b6e4f.
brand-bad-language = Um dos idiomas da lista.
brand-bad-tax-id = Os dígitos verificadores deste CPF ou CNPJ estão errados.
brand-terms-of = Termos de uso de { $brand }

## Stripe, e-mail e entrada em produção

stripe-settings = Stripe
stripe-mode-live = Estes livros usam chaves de produção: os clientes pagam dinheiro de verdade.
stripe-mode-test = Estes livros usam chaves de teste: ninguém paga dinheiro de verdade. Pagamentos reais precisam de livros próprios.
stripe-mode-none = Nunca foi definida uma chave da Stripe: ninguém pode pagar com cartão.
stripe-setup = O que a Stripe e a configuração precisam dizer
stripe-key = Chave secreta
stripe-key-set = Definida
stripe-key-missing = Não definida (stripe.secret_key)
stripe-webhook-secrets = Segredos de assinatura
stripe-version = Versão da API da Stripe
stripe-endpoint-url = Endereço do endpoint de webhook
stripe-events = Eventos que ele precisa receber
stripe-setup-where = Chaves e segredos ficam no arquivo de configuração ou no ambiente, nunca aqui. No painel da Stripe, adicione o endpoint em Developers → Webhooks com este endereço, esta versão e estes eventos.
doctor-heading = Está tudo como precisa estar?
doctor-text = Verifica o armazenamento, o disco, o endereço público, o servidor de e-mail e a Stripe, e faz um evento ir da API da Stripe, por webhook, até a caixa de entrada. Para isso, uma página de pagamento é aberta na Stripe e fechada em seguida; ninguém é levado a ela e nada é pago. O comando saldo doctor faz o mesmo.
doctor-look = Verificar agora
doctor-found = O que foi encontrado
check-good = Certo
check-warning = Atenção
check-bad = Errado
check-skipped = Não verificado
doctor-store = Armazenamento
doctor-store-good = As tabelas respondem: { $count } clientes.
doctor-store-bad = Não é possível ler as tabelas: { $error }
doctor-disk = Espaço em disco
doctor-disk-good = { $mib } MiB livres em { $folder }.
doctor-disk-low = Só { $mib } MiB livres em { $folder }: libere espaço em breve.
doctor-disk-full = Só { $mib } MiB livres em { $folder }: com o disco cheio, nada mais pode ser gravado.
doctor-disk-bad = Não é possível verificar { $folder }: { $error }
doctor-disk-server = Os livros estão em um servidor de banco de dados: verifique o disco dele.
doctor-public-url = Endereço público
doctor-url-good = { $url } responde, por https.
doctor-url-plain = { $url } responde, mas sem https: o que os clientes enviam pode ser lido no caminho. Ponha um proxy com certificado na frente e defina server.public_url.
doctor-url-plain-test = { $url } responde, sem https: serve para experimentar, não para clientes.
doctor-url-unreachable = Ninguém responde em { $url }: { $error } Inicie saldo serve ou defina server.public_url.
doctor-url-stranger = Outro programa responde em { $url } (status { $status }): server.public_url ou o proxy está errado.
doctor-mail = Servidor de e-mail
doctor-mail-good = { $server } responde e nos aceita.
doctor-mail-none = Nenhum servidor de e-mail definido (mail.smtp): os e-mails ficam no console.
doctor-mail-sign-in = { $server } não aceita mail.smtp_username e smtp_password: { $error }
doctor-mail-tls = Sem conexão protegida com { $server }: { $error } Verifique mail.smtp_security e a porta.
doctor-mail-settings = As definições em [mail] estão erradas: { $error }
doctor-mail-unreachable = { $server } não responde: { $error }
doctor-mail-refused = { $server } nos recusa: { $error }
doctor-stripe-key = Stripe: chave
doctor-key-live = Uma chave de produção, como os livros.
doctor-key-test = Uma chave de teste, como os livros: ninguém paga dinheiro de verdade.
doctor-key-none = Nenhuma chave definida (stripe.secret_key): ninguém pode pagar com cartão.
doctor-key-other-mode = A chave é do outro modo ({ $key }): o próximo início será recusado.
doctor-key-no-webhook-secret = A chave está definida, mas nenhum segredo de assinatura (stripe.webhook_secrets): todo webhook é recusado.
doctor-stripe-api = Stripe: API
doctor-api-good = A Stripe responde, na versão { $version }.
doctor-api-key-refused = A Stripe não conhece esta chave: { $error }
doctor-api-not-allowed = Esta chave não tem permissão para isso: { $error } Uma chave restrita precisa ler eventos e endpoints de webhook.
doctor-api-unreachable = A Stripe não foi alcançada: { $error }
doctor-api-bad = A Stripe responde de outra forma do que deveria: { $error }
doctor-stripe-clock = Stripe: relógio
doctor-clock-good = Nosso relógio e o da Stripe diferem { $seconds } segundos.
doctor-clock-off = Nosso relógio e o da Stripe diferem { $seconds } segundos: configure a sincronização de horário.
doctor-clock-bad = Nosso relógio e o da Stripe diferem { $seconds } segundos: as assinaturas dos webhooks serão recusadas. Configure a sincronização de horário.
doctor-clock-unknown = A resposta da Stripe não trouxe data.
doctor-stripe-endpoint = Stripe: endpoint de webhook
doctor-endpoint-good = A Stripe avisa { $url }.
doctor-endpoint-missing = A Stripe não conhece o endpoint { $url }. Adicione-o em Developers → Webhooks.
doctor-endpoint-off = O endpoint { $url } está desligado na Stripe. Ligue-o em Developers → Webhooks.
doctor-stripe-version = Stripe: versão dos eventos
doctor-version-good = Os eventos vêm na versão { $version }.
doctor-version-other = Os eventos vêm na versão { $version }; aqui se usa { $ours }. Funciona enquanto o que é lido não mudar: crie um novo endpoint com { $ours }.
doctor-stripe-events = Stripe: eventos
doctor-events-good = O endpoint recebe tudo o que é preciso.
doctor-events-missing = O endpoint não recebe: { $events }. Adicione-os na Stripe; até lá, a conciliação encontra o que faltou, minutos depois.
doctor-stripe-deliveries = Stripe: entregas
doctor-deliveries-good = O último evento que chegou e foi verificado: { $kind }.
doctor-deliveries-none = Nunca chegou um evento da Stripe.
doctor-deliveries-failing = No último dia um evento ainda não pôde ser entregue: { $kind }. A Stripe tenta de novo; a conciliação o encontra antes.
doctor-stripe-round-trip = Stripe: um evento do começo ao fim
doctor-trip-good = Um evento foi da API da Stripe, por webhook, até a caixa de entrada e foi verificado, em { $ms } ms.
doctor-trip-lost = A Stripe foi chamada e o evento não chegou em { $seconds } segundos. Veja as entregas do endpoint no painel da Stripe: um segredo de assinatura errado responde 400.
doctor-trip-not-begun = A Stripe não fez o que o evento contaria: { $error }
doctor-trip-skipped = Não tentado: o que está acima precisa estar certo primeiro.
doctor-trip-not-asked = Não tentado, porque era só para olhar.
doctor-trip-not-served = Não tentado: ninguém responde no endereço público.
mail-settings = Servidor e textos de e-mail
mail-settings-text = Como os e-mails saem, cada e-mail como seria escrito e um teste para você.
mail-server = Servidor de e-mail
mail-server-address = Servidor
mail-server-none = Nenhum: os e-mails ficam na lista do console
mail-server-security = Proteção
mail-security-starttls = STARTTLS: primeiro aberta, depois protegida
mail-security-tls = TLS desde o início
mail-security-none = Nenhuma
mail-server-sign-in = Entra como
mail-server-no-sign-in = Ninguém: o servidor não pede nome
mail-from = Remetente
mail-tested = Último teste aceito
mail-server-where = Estas definições ficam em [mail] no arquivo de configuração; a senha nunca é mostrada.
mail-send-test = Enviar um teste para { $to }
mail-test = E-mail de teste
mail-test-subject-line = Um teste de { $brand }
mail-test-body-text = Este é um e-mail de teste de { $brand }. Se você consegue lê-lo, os e-mails saem.
mail-test-taken = O servidor aceitou o e-mail para { $to }. Olhe essa caixa: o que foi aceito ainda pode parar no spam.
mail-test-no-server = Nenhum servidor de e-mail definido (mail.smtp): nada foi enviado.
mail-test-settings = As definições em [mail], ou o seu endereço, estão erradas: nada foi enviado.
mail-test-timeout = { $server } não respondeu a tempo. Verifique host e porta, e o firewall.
mail-test-tls = Sem conexão protegida com { $server }: verifique mail.smtp_security, a porta e o certificado do servidor.
mail-test-sign-in = { $server } não aceita nome e senha, ou não oferece como entrar: verifique mail.smtp_username e smtp_password.
mail-test-refused = { $server } recusou o e-mail em definitivo.
mail-test-put-off = { $server } recusou o e-mail por enquanto: pode aceitá-lo mais tarde.
mail-test-unreachable = Ninguém responde em { $server }, ou a conexão caiu: verifique host e porta.
mail-server-said = O servidor ou a rede disse: { $answer }
mail-samples = Todos os e-mails
mail-samples-text = Feitos com os mesmos textos dos verdadeiros; nomes, valores e links são inventados.
mail-sample = Exemplo
go-live = Entrar em produção
go-live-all-done = Está tudo pronto: os clientes podem pagar dinheiro de verdade.
go-live-left = { $n ->
    [one] Falta { $n } passo para os clientes pagarem dinheiro de verdade.
   *[other] Faltam { $n } passos para os clientes pagarem dinheiro de verdade.
}
go-live-done = Feito
go-live-open = Falta
go-live-go = Abrir
go-live-see = Ver os passos
go-live-keys = Chaves de produção
go-live-keys-hint = Teste e produção nunca dividem os livros: comece livros de produção com uma pasta de dados vazia (ou um banco de dados próprio) e uma chave de produção.
go-live-webhook = Um webhook chegou e foi verificado
go-live-webhook-hint = Verifique a Stripe com um evento do começo ao fim.
go-live-https = Endereço público por https
go-live-https-hint = Ponha um proxy com certificado na frente e defina server.public_url.
go-live-brand = Seu nome e seu endereço de suporte
go-live-brand-hint = Os clientes os leem em todas as páginas.
go-live-legal = Razão social, CNPJ e endereço
go-live-legal-hint = Constam em cada recibo.
go-live-terms = Seus termos de uso
go-live-terms-hint = Um link para eles fica no pé de cada página.
go-live-mail = Os e-mails saem
go-live-mail-hint = Envie um teste para você.
go-live-admin = Um segundo administrador
go-live-admin-hint = Para que alguém possa abrir a porta para você de novo.
go-live-backup = Cópias de segurança
go-live-backup-hint = Feitas todos os dias, e uma restaurada para ver que funciona.
go-live-backup-text = As cópias são feitas fora do Saldo, como diz docs/operate/backup.md. Depois de restaurar e verificar uma, diga isso aqui.
go-live-backup-said = A equipe disse em { $time } que as cópias são feitas e uma foi restaurada.
go-live-backup-say = As cópias são feitas, e uma foi restaurada
go-live-clock = Sem relógio de teste
go-live-clock-hint = Defina test_clock.enabled como false: livros de verdade seguem o tempo de verdade.
sandbox-strip = Sem dinheiro de verdade: o modo de teste da Stripe está em uso.
sandbox-strip-clock = O relógio do livro pode ser adiantado: esta instalação é para testes.

## Webhooks

webhooks = Webhooks
webhooks-text = Seus programas são avisados do que acontece aqui: cada mensagem é enviada a estes endereços, com assinatura.
webhooks-empty = Ninguém é avisado ainda. Cadastre o endereço do seu programa e envie um teste.
new-endpoint = Novo endpoint
change-endpoint = Alterar endpoint
endpoint = Endpoint de webhook
endpoint-url = URL
endpoint-url-hint = Para onde as mensagens são enviadas, como https://example.com/saldo. Precisa ser um endereço que todos alcancem, a não ser que a configuração permita outros.
endpoint-description = Descrição
endpoint-kinds = Do que é avisado
endpoint-kinds-hint = Sem nada marcado, é avisado de tudo, também dos tipos que vierem depois.
endpoint-all-kinds = Tudo
endpoint-some-kinds = { $n ->
    [one] { $n } tipo de mensagem
   *[other] { $n } tipos de mensagens
}
endpoint-state = Situação
endpoint-enabled = Ligado
endpoint-disabled = Desligado
endpoint-gone = Desligado: respondeu 410 Gone
endpoint-failing = Desligado: não aceitou nada por 5 dias
endpoint-failing-since = Nada aceito desde { $time }
endpoint-bad-url = Esta URL não serve: informe um endereço https:// completo, sem senha e sem #.
endpoint-not-https = Precisa começar com https://.
endpoint-private = Este é um endereço privado: nada é enviado para lá, a não ser que webhooks.allow_private esteja na configuração.
endpoint-bad-description = No máximo 200 caracteres, sem caracteres de controle.
endpoint-too-many = Já há o máximo de endpoints. Remova um antes.
endpoint-saved = O endpoint foi salvo.
endpoint-is-on = O endpoint está ligado.
endpoint-is-off = O endpoint está desligado. O que acontecer nesse tempo não será avisado depois.
endpoint-tested = Uma mensagem de teste está a caminho. Recarregue a página para ver a resposta.
endpoint-removed = { $url } foi removido.
endpoint-send-test = Enviar teste
endpoint-turn-on = Ligar
endpoint-turn-off = Desligar
endpoint-secret = Segredo
endpoint-secret-once = As mensagens são assinadas com este segredo. Ele aparece só desta vez: coloque-o agora no seu programa.
endpoint-previous-secret = Segredo anterior
endpoint-previous-until = Também assina até { $time }
copy-secret = Copiar o segredo
rotate-secret = Novo segredo
rotate-secret-ask = Um novo segredo é gerado e mostrado uma vez. Por 24 horas as mensagens são assinadas também com o antigo.
rotate-secret-yes = Sim, gerar novo segredo
remove-endpoint = Remover
remove-endpoint-ask = Ele não será mais avisado, e suas entregas também serão removidas.
remove-endpoint-yes = Sim, remover
deliveries = Entregas
deliveries-empty = Nada foi enviado ainda. Aqui ficam as mensagens e o que foi respondido a elas.
message = Mensagem
message-id = ID da mensagem
delivery-answer = Resposta
delivery-waiting = Aguardando
delivery-sending = Enviando
delivery-delivered = Entregue
delivery-failed = Falhou
delivery-next = Próxima tentativa { $time }
delivery-next-try = Próxima tentativa
redeliver = Reenviar
redeliver-one = Reenviar { $id }
redelivery-asked = Está sendo enviada de novo. Recarregue a página para ver a resposta.
attempts = Tentativas
attempts-empty = Ainda não houve tentativa.
attempt-number = Tentativa { $number }
attempt-took = { $millis } ms
attempt-status = respondeu { $status }
endpoints-off = { $n ->
    [one] { $n } endpoint de webhook foi desligado porque não aceitava nada.
   *[other] { $n } endpoints de webhook foram desligados porque não aceitavam nada.
}
open-endpoints = Abrir webhooks
told-credit-added = Crédito adicionado
told-payment-failed = Pagamento recusado
told-payment-refunded = Pagamento reembolsado
told-payment-disputed = Pagamento contestado
told-balance-low = Saldo baixo
told-balance-exhausted = Saldo esgotado
told-purchase-created = Crédito comprado
told-purchase-released = Crédito liberado
told-line-enabled = Plano habilitado
told-line-blocked = Plano bloqueado
told-line-cancelled = Plano cancelado
told-invoice-created = Fatura emitida
told-invoice-paid = Fatura paga
told-boleto-registered = Boleto registrado
told-boleto-overdue = Boleto vencido
told-endpoint-test = Teste
told-other = Mensagem
# The bank: boletos, files, findings.
boletos-text = O que o banco cobra por você. Procure pelo número, CPF, CNPJ ou nome.
boletos-search = Nosso número, número, CPF, CNPJ ou nome
boletos-none = Nenhum boleto ainda. Um boleto é emitido quando um assinante compra um crédito cobrado por boleto.
boletos-not-found = Nenhum boleto corresponde à busca. Tente com menos palavras ou em todas as situações.
all-states = Todas
search = Buscar
nosso-numero = Nosso número
linha-digitavel = Linha digitável
due-day = Vencimento
boleto-number = Boleto { $number }
boleto-written = A enviar
boleto-sent = Enviado ao banco
boleto-to-write-off = Baixa a enviar
boleto-still-owed-staff = Baixado, ainda devido
boleto-paid-otherwise = Pago de outra forma
boleto-still-owed-settle = O boleto foi baixado e { $amount } continuam devidos: contam como vencidos até o pagamento. Use para dinheiro recebido fora do banco e do Pix; o motivo fica no registro de auditoria.
boleto-was-written-off = O boleto foi baixado.
boleto-paid-by-pix-at = Pago por Pix em { $time }: { $amount }
boleto-paid-by-boleto-at = Pago por boleto em { $time }: { $amount }
boleto-paid-by-card-at = Pago com cartão em { $time }: { $amount }
boleto-paid-by-hand-at = Pagamento registrado pela equipe em { $time }: { $amount }
invoice = Fatura
write-off-decided = Baixa
decided-take-back = O resto do crédito foi retirado; a cobrança de { $amount } foi encerrada e nada mais é devido
decided-keep-debt = O crédito foi mantido e a dívida de { $amount } continua
decided-leave = O crédito foi mantido e a dívida de { $amount } foi perdoada
decided-nothing = Ninguém mais deve pagá-lo: { $amount } deixaram de ser cobrados
told-by = { $who }, { $time }
written-at = Emitido
registered-at = Registrado no banco
write-off = Cancelar o boleto (baixa no banco)
write-off-ask = Sim, cancelar: ninguém mais deve pagá-lo
write-off-debt = Desistir da dívida
write-off-debt-ask = Sim, desistir: ninguém deve mais este valor
write-off-tells-bank = Ele não será mais pago. O banco é avisado na próxima remessa.
write-off-at-bank = A baixa já foi dada; o que ele cobrava ainda está em aberto aqui. Diga o que acontece com o crédito.
write-off-unknown-to-bank = Ele não será mais pago. O título não está no banco, então não é preciso avisá-lo.
write-off-waits = O crédito espera o pagamento e não será mais liberado.
write-off-credit = O crédito que ele pagaria
on-write-off = Ao cancelar um boleto sem pagamento
on-write-off-hint = A equipe pode escolher outra opção em cada baixa.
on-write-off-take-back = Retirar o resto do crédito
on-write-off-keep-debt = Deixar o crédito e manter a dívida
on-write-off-leave = Deixar o crédito e perdoar a dívida
write-off-as-pack = Já vem escolhido o que o crédito define. Você pode escolher outra opção.
write-off-books-take-back = { $amount } são lançados como baixados, e o que resta do crédito sai do saldo.
write-off-books-keep-debt = Nada é lançado: o assinante continua devendo { $amount }, sem boleto que cobre. A dívida conta como vencida, pode ser paga por Pix e registrada manualmente.
write-off-books-leave = { $amount } são lançados como baixados, e o assinante fica com o crédito.
write-off-books-bill = { $amount } são lançados como baixados: o assinante não deve mais esse valor.
write-off-choose = Escolha o que acontece com o crédito.
bank-files = Arquivos do banco
bank-files-text = A remessa informa os boletos ao banco; o retorno diz o que aconteceu com eles.
no-bank = Os boletos não estão configurados neste servidor: preencha [bank] na configuração.
remittance = Remessa
remittance-text = Boletos a registrar ou a baixar. Ao gerar o arquivo, eles passam a constar como enviados: entregue-o ao banco.
titles-waiting = { $n ->
    [0] Nenhum título espera envio.
    [one] { $n } título espera a próxima remessa.
   *[other] { $n } títulos esperam a próxima remessa.
}
remittance-make = Gerar remessa
remittance-made = { $n ->
    [one] A remessa { $number } com { $n } título foi gerada e está sendo baixada.
   *[other] A remessa { $number } com { $n } títulos foi gerada e está sendo baixada.
}
remittance-download = Baixar de novo
remittance-left-out = O boleto { $number } ficou de fora:
remittance-number = Remessa { $number }
remittances = Remessas
remittances-empty = Nenhuma remessa foi gerada ainda.
return = Retorno
return-text = O arquivo CNAB 240 que o banco entrega. Ele vale por inteiro ou nada vale; o mesmo arquivo de novo não muda nada.
return-file = Arquivo de retorno
return-load = Carregar retorno
return-number = Retorno { $number }
returns = Retornos
returns-empty = Nenhum retorno foi carregado ainda.
return-taken = Retorno carregado
return-loaded-before = Este mesmo arquivo foi carregado em { $time }. Nada foi alterado.
return-registered = Registrados
return-paid = Pagos
return-written-off = Baixados
return-unchanged = Sem mudança
return-no-findings = Tudo confere. Não há nada a verificar.
back-to-files = Voltar aos arquivos do banco
return-empty = O arquivo está vazio. Nada foi alterado.
return-too-long = O arquivo é maior do que um retorno pode ser. Nada foi alterado.
return-truncated = O arquivo termina na linha { $line } sem o trailer: não está inteiro ou não é um arquivo CNAB 240. Nada foi alterado; busque-o de novo no banco.
return-other-bank = Este é um arquivo do banco { $found }, não do { $wanted }. Nada foi alterado.
return-other-account = Este é um arquivo da conta { $found }, não da sua. Nada foi alterado.
return-is-remittance = Esta é uma remessa, não um retorno. Nada foi alterado.
return-no-layout = Não há layout CNAB 240 do banco { $bank } aqui. Nada foi alterado.
return-bad-line = A linha { $line }, coluna { $column }, não está como manda o CNAB 240. Nada foi alterado; busque o arquivo de novo no banco.
return-unreadable = O arquivo não pode ser lido. Nada foi alterado.
return-number-known = Outro arquivo com o número { $number } foi carregado em { $time }. Nada foi alterado; pergunte ao banco qual deles vale.
file-number = Arquivo
made-at = Gerado
loaded-at = Carregado
titles = Títulos
findings = A verificar
findings-text = O que veio dos arquivos do banco, de Pix, cartões e roteadores e não se resolve sozinho, do mais novo ao mais antigo.
findings-open = Mostrar os pendentes
findings-done = Mostrar os resolvidos
findings-none = Nada a verificar. Tudo o que chegou confere.
findings-none-done = Nada foi resolvido ainda.
finding-resolve = Resolvido
finding-resolved-at = Resolvido em { $time } por { $who }.
finding-resolved-by-somebody = alguém da equipe
finding-resolved-came-back = Encerrado em { $time }: o dinheiro voltou.
finding-resolved-credited = Creditado manualmente em { $time }, a pedido de { $who }.
finding-resolved-counted = { $bytes } contados no consumo em { $time } por { $who }.
finding-resolved-put-right = Corrigido pelo próprio roteador em { $time }: não houve consumo.
finding-resolved-uncounted = Deixado sem contar em { $time } por { $who }.
finding-given-back-by-pix = { $amount } devolvidos por Pix em { $time }.
finding-given-back-by-hand = { $amount } devolvidos de outra forma em { $time }.
finding-by-whom = Registrado por { $who }.
finding-leave-uncounted = Deixar sem contar
count-use = Contar o consumo
count-use-amount = Quanto foi usado, em { $unit }
count-use-told = O roteador informou { $told } que não foram contados.
count-use-reason-hint = Por que o consumo é real. Fica na auditoria; o assinante não lê.
count-use-bad-amount = Informe um número acima de zero, no máximo { $most }.
count-use-preview = Em { $login }, contar { $bytes } leva o saldo de { $before } para { $after }, no ciclo de hoje. Se mudar a quantidade, o novo saldo é mostrado antes de contar.
finding-place = retorno { $file }, linha { $line }
give-back = Devolver
finding-unknown-title = O banco informa um título que não é nosso
finding-unknown-title-do = Pergunte ao banco de onde vem o título: talvez outro sistema use o mesmo convênio.
finding-other-value = O banco tem outro valor para o título
finding-other-value-do = Nada desta linha foi considerado. Confira com o banco e carregue um retorno corrigido, ou cancele o boleto.
finding-paid-less = Foi pago menos do que o devido
finding-paid-less-do = O boleto continua em aberto. Combine o restante com o assinante ou cancele o boleto.
finding-paid-twice = Pago pela segunda vez
finding-paid-twice-do = O que foi pago a mais virou crédito do assinante e é descontado da próxima fatura. Devolva se ele pedir.
finding-told-again-do = Pergunte ao banco se foi pago duas vezes. Nada foi lançado; se foi, conceda o crédito ao assinante.
finding-paid-late = Pago depois da baixa
finding-paid-late-do = O pagamento foi lançado. Veja se é o caso de habilitar o plano ou conceder o crédito de novo.
finding-rejected = O banco não registrou o título
finding-rejected-do = Procure o motivo no manual do banco; quase sempre o endereço está incompleto. Corrija-o, cancele este boleto e cobre de novo.
finding-written-off = O banco deu baixa no título por conta própria
finding-written-off-do = Abra o boleto e diga o que acontece com o crédito que ele pagaria.
finding-order-rejected = O banco não cumpriu uma instrução
finding-order-rejected-do = Procure o motivo no manual do banco. Um título que deveria ser baixado ainda pode ser pago lá.
finding-payment-refused = Um pagamento não pôde ser lançado
finding-payment-refused-do = Veja na linha abaixo o que foi feito do dinheiro.
finding-unknown-txid = Chegou um Pix que não corresponde a nenhuma cobrança
finding-unknown-txid-do = Descubra quem enviou. Registre o pagamento do que ele pagava ou devolva-o no banco.
finding-other-key = Chegou um Pix em uma chave diferente da cobrada
finding-other-key-do = Pergunte ao banco de quem é a chave; se o dinheiro for seu, registre o pagamento do que ele pagava.
finding-line = linha
finding-usage-jump = Os contadores de um roteador saltaram
finding-usage-jump-do = Confira o roteador e as sessões da linha. Se o consumo foi real, conte-o; se não foi, deixe sem contar.
finding-intent-refused = Os livros recusam o que foi decidido
finding-intent-refused-do = O que se pretendia não está no saldo do cliente, e é tentado de novo sozinho. Abra a página dele e acerte à mão, por crédito ou por correção; se o código não disser nada, pergunte a quem opera o Saldo.
finding-given-back = Parte de um Pix foi devolvida
finding-given-back-do = O que ele pagou continua como está. Retire o crédito ou cobre de novo, se for devido.
found-usage-jump = Os contadores de uma sessão de { $login } cresceram { $bytes }, mais rápido do que qualquer conexão permite. Isso não foi contado.
found-intent-refused = Os livros recusam { $kind } ({ $intent }) há mais de um minuto: { $refusal }. A tentativa se repete sozinha.
found-unknown-title = Não há boleto com o nosso número { $number }.
found-other-value = O boleto é de { $owed }, o banco informa { $told }. Nada desta linha foi considerado.
found-order-rejected = O banco não cumpriu a instrução: { $motives }.
found-rejected = O banco não registrou o título: { $motives }.
found-motives = motivo { $motives }
found-no-motive = sem motivo informado
found-paid-less = Foram pagos { $paid } de { $owed }. O boleto ficou como está.
found-paid-late = Foi pago depois da baixa; o pagamento foi lançado.
found-paid-more = Foram pagos { $more } a mais do que o devido: viraram crédito do cliente.
found-paid-again = Foram pagos mais { $paid }: viraram crédito do cliente.
found-told-again = { $paid } aparecem de novo, do mesmo dia e banco que em outro arquivo. Nada foi lançado: se foi mesmo um segundo pagamento, conceda o crédito ao cliente.
found-not-owed = Foram pagos { $paid }, e não se sabe o que eles pagam.
found-written-off = O banco deu baixa no título por conta própria; o que ele cobrava continua devido.
found-pix-unknown = Chegou um Pix de { $paid } ({ $payment }), e não há cobrança com o txid dele: { $txid }.
found-no-txid = nenhum
found-pix-other-key = Chegou um Pix de { $paid } ({ $payment }) em uma chave diferente da cobrada: { $key }.
found-pix-other-value = Chegaram { $paid } por Pix ({ $payment }), mas foram cobrados { $owed }. Nada foi liberado.
found-pix-again = Foram pagos mais { $paid } por Pix ({ $payment }): viraram crédito do cliente.
found-pix-not-owed = Foram pagos { $paid } por Pix ({ $payment }), e não se sabe o que eles pagam.
found-pix-given-back = De um Pix de { $paid } ({ $payment }), uma parte foi devolvida. Nada foi alterado aqui.
found-not-booked = O pagamento não foi lançado ({ $why }). { $paid } viraram crédito do cliente.
found-line-cancelled = a linha está cancelada
found-card-other-customer = Chegaram { $paid } por cartão ({ $payment }) para { $topup }, mas o cliente na Stripe é outro.
found-card-other-amount = Chegaram { $paid } por cartão ({ $payment }) para { $topup }, que cobrou { $asked }.
found-card-free = Um cupom deixou { $checkout } sem custo para { $topup }, que cobrou { $asked }: nada foi pago.
found-card-again = Foram pagos mais { $paid } por cartão ({ $payment }) por { $purchase }: viraram crédito do cliente.
found-card-refunded = { $back } de { $payment }, que pagou { $purchase }, foram reembolsados.
found-card-disputed = { $back } de { $payment }, que pagou { $purchase }, estão em contestação.
found-in-all = No total já são { $all }.
reconciliation = Conciliação
reconciliation-text = A Stripe ao lado dos livros, até o centavo. O que se perdeu é recuperado; o que ainda difere aparece com a causa.
reconcile-now = Conciliar agora
reconciliation-failing = A Stripe não responde desde { $time }. As tentativas continuam. { $problem }
reconciliation-no-stripe = A Stripe não está configurada: falta a chave.
differences = O que difere
differences-settled = O que foi resolvido
differences-settled-text = Estes pagamentos estão resolvidos. Aqui está o que a Stripe reteve deles em uma moeda que os livros não têm.
compared-at = comparado em { $time }
movement-of-balance = Movimento
stripe-says = Stripe
books-say = Livros
drift = Diferença
movement-payments = Pagamentos
movement-refunds = Reembolsos
movement-disputes = Retido por contestações
movement-fees = Tarifas
movement-payouts = Repasses
movement-others = Outros movimentos
lies-at-stripe = Na Stripe
reconciliation-under-way = { $amount } foi creditado agora há pouco; o saldo da Stripe ainda não mostra.
reconciliation-foreign = { $n ->
    [one] Um movimento ({ $amount }) é de outro sistema na mesma conta: não foi tocado.
   *[other] { $n } movimentos ({ $amount }) são de outro sistema na mesma conta: não foram tocados.
}
comparisons = Últimas comparações
comparisons-none = Nada foi comparado ainda.
comparisons-drawn = As últimas comparações: baixas quando a Stripe e os livros coincidiram, altas quando diferiram
comparison-under-way = Em andamento
comparison-equal = Sem diferença
comparison-differs = Diferença
comparison-since = tudo desde { $time }
asked-by = Pedida por
by-itself = automática
topups-asked = Recargas em aberto
events-late = Eventos perdidos
movements-new = Movimentos novos
drift-not-credited = Pago e ainda não creditado
drift-other-amount = Foi pago um valor diferente do cobrado: não creditado
drift-other-customer = Pago por outro cliente, ou por um que não existe mais: não creditado
drift-unknown-topup = Pago para uma recarga que não está nestes livros
drift-not-taken-back = Reembolsado e ainda não estornado
drift-not-booked = Ainda não lançado
drift-other-currency = A Stripe liquidou em outra moeda
drift-fee-stays = Tarifa da Stripe, em uma moeda que os livros não têm
drift-unknown-kind = Um tipo de movimento que os livros não conhecem
drift-not-in-balance = Creditado, e o saldo da Stripe não mostra
drift-unexplained = Sem explicação
drift-waiting = { $n ->
    [one] A Stripe e os livros diferem em { $n } moeda.
   *[other] A Stripe e os livros diferem em { $n } moedas.
}
open-reconciliation = Abrir conciliação
finding-card-free = Um cupom deixou uma recarga sem custo
finding-card-free-do = Nada foi pago, então nada foi creditado. Dê o crédito ao cliente se era para isso que servia o cupom; senão, desative cupons na página de pagamento na Stripe.
finding-card-other-amount = Um cartão pagou um valor diferente do cobrado
finding-card-other-amount-do = Nada foi creditado. Devolva na Stripe ou dê o crédito manualmente na página do pagamento.
finding-card-other-currency = Um cartão pagou em moeda diferente da cobrada
finding-card-other-currency-do = Nada foi creditado, e o cliente foi avisado de que o pagamento está sendo verificado. Devolva na Stripe ou dê o crédito manualmente na página do pagamento. Se a Stripe converte preços sozinha na página dela, desative isso por lá (Adaptive Pricing).
finding-card-other-customer = Um pagamento com cartão é de um cliente diferente do cobrado
finding-card-other-customer-do = Nada foi creditado. Veja na Stripe quem pagou; devolva por lá ou dê o crédito manualmente na página do pagamento.
finding-card-given-back = Um pagamento com cartão que comprou dados foi devolvido
finding-card-given-back-do = Os dados permanecem. Combine com o cliente outra forma de pagamento, ou retire-os do plano com um ajuste.
finding-card-credit-given-back = Um pagamento com cartão que virou crédito foi devolvido
finding-credit-used-before-do = O cliente ficou com esse dinheiro duas vezes. Cobre na próxima fatura, ou deixe como está.
finding-credit-by-hand-stays-do = Retire o crédito do cliente manualmente, na medida em que não deva ficar.
finding-refund-came-back = Um reembolso feito na Stripe não chegou
finding-refund-came-back-do = O que ele tinha retirado é do cliente de novo, e um e-mail avisou que vocês entrariam em contato. Combine com ele outra forma.
finding-card-came-back = O dinheiro de um pagamento com cartão voltou
finding-card-came-back-do = Não há mais nada a fazer: os dados ou o crédito estão pagos.
finding-card-came-back-late-do = Desfaça o que foi feito porque o dinheiro tinha saído: devolva o crédito retirado, e não cobre o que seria pago de outra forma.
finding-credit-not-returned-do = O dinheiro voltou, e o crédito dele foi retirado. Desconte o valor da próxima fatura.
found-credit-used-before = { $missing } de um pagamento com cartão de { $purchase }, guardados como crédito do cliente, foram devolvidos a ele depois que o crédito foi usado.
found-credit-by-hand-stays = { $back } de { $payment }, pelo qual foi dado crédito manualmente, foram devolvidos ao cliente; esse crédito continua lá.
found-refund-came-back = { $amount } de { $payment }, reembolsados na Stripe, não puderam ser pagos ao cliente.
found-card-came-back = O que tinha sido devolvido de { $payment } voltou.
found-card-came-back-late = { $again } de { $payment }, que tinham sido devolvidos, voltaram depois que isso já tinha sido tratado.
found-credit-not-returned = { $again } do crédito do cliente foram retirados por um reembolso ou contestação de { $payment } de { $purchase }; esse dinheiro voltou.
findings-waiting = { $n ->
    [one] { $n } pendência de boletos, pagamentos ou consumo precisa ser verificada.
   *[other] { $n } pendências de boletos, pagamentos ou consumo precisam ser verificadas.
}
open-lines = Abrir linhas
open-findings = Abrir pendências
open-files = Abrir arquivos do banco
needs-a-person = Precisa de alguém
packs = Valores Crédito
packs-text = Dados extras vendidos avulsos, por plano. O que já foi comprado mantém suas condições.
packs-empty = Nenhum crédito ainda. Crie o primeiro.
packs-no-plan = Um crédito é vendido para um plano. Crie um plano primeiro.
new-pack = Novo crédito
change-pack = Alterar crédito
pack-quantity-in = Quantidade, em { $unit }
price = Preço
charged-by = Cobrança
charging-boleto = Boleto
charging-next-invoice = Próximo faturamento
charging-card = Cartão
charging-pix = Pix
released-when = Liberação
release-purchase = Na compra
release-payment = No pagamento
release-hint = Cartão e Pix sempre liberam no pagamento.
pack-days = Dias de validade
pack-days-hint = Vazio: até o fim do ciclo.
pack-most = No máximo por ciclo
pack-most-hint = Vazio: sem limite.
is-sold = À venda
yes = Sim
no = Não
save = Salvar
offer-saved = “{ $name }” foi salvo.
offer-bad-name = O nome deve ter de 1 a 80 caracteres.
offer-name-taken = Já existe outro com este nome.
offer-below-zero = Não pode ser menor que zero.
offer-bad-price = Deve ser maior que zero.
offer-bad-quantity = Deve ser maior que zero e no máximo 1.000.000 GB.
offer-bad-allowance = De 0 a 1.000.000 GB.
offer-bad-block-days = De 0 a 365 dias, ou vazio para nunca.
offer-bad-word = Tem de 1 a 60 letras, algarismos e / - _ . somente.
offer-bad-speed = Os roteadores não entendem esta velocidade. Escreva envio/recebimento em k, M ou G, por exemplo 10M/50M.
offer-whole-cents = Somente centavos inteiros, por exemplo 79,90.
offer-too-much = No máximo 1.000.000,00.
offer-window-swapped = Um horário livre dura até 12 horas. As pontas estão trocadas?
offer-bad-window = Horários livres se escrevem como 00:00-06:00, até 8 deles, separados por vírgulas.
offer-bad-services = Serviços se escrevem como WhatsApp, garden: até 32 nomes de 1 a 64 caracteres, sem parênteses, separados por vírgulas.
offer-bad-plan = Escolha o plano para o qual é vendido; um crédito continua no seu plano.
offer-pack-again = Já existe um crédito com a mesma quantidade e o mesmo preço neste plano: o assinante veria duas opções iguais.
offer-plan-sells-none = Este plano não suporta compras de créditos: ninguém poderia comprar este. Altere o plano antes ou não coloque o crédito à venda.
in-reais = Em R$, por exemplo 79,90.
offer-no-charging = Escolha ao menos uma forma de cobrança.
offer-bad-days = Um crédito vale de 1 a 730 dias, ou até o fim do ciclo.
offer-bad-count = O máximo por ciclo é 1 ou mais, ou vazio.
offer-missing = Preencha este campo; se for zero, digite 0.
offer-no-number = Isto não é um número que se possa ler.
cancel = Cancelar

## Console: assinantes

subscribers = Assinantes
subscribers-text = Quem paga pelas linhas. Abra um para ver as linhas e os logins dele e informar um código de acesso.
subscribers-empty = Nenhum assinante ainda. Inclua o primeiro ou importe um arquivo.
subscribers-none-found = Ninguém foi encontrado para “{ $text }”. Procure por menos palavras, ou por uma parte menor do nome, CPF ou CNPJ, e-mail ou login de acesso.
find-subscriber = Parte do nome, CPF ou CNPJ, e-mail ou login de acesso
find = Localizar
show-all = Mostrar todos
new-subscriber = Incluir assinante
change-subscriber = Alterar dados
new-line = Incluir linha
subscriber-document = CPF ou CNPJ
subscriber-email = E-mail
subscriber-street = Endereço e número
subscriber-district = Bairro
subscriber-city = Cidade
subscriber-state = UF
subscriber-postcode = CEP
access-login = Login de acesso
anchor-day = Dia do ciclo
used-before = Usado neste ciclo
outside-before = Desse total, fora da franquia
address = Endereço
none = Nenhum
optional = Opcional
customer-data = Dados cadastrais
customer-since-day = cliente desde { $day }
customer-no-lines = Nenhuma linha ainda.
logins = Logins
logins-empty = Ninguém entra por este cliente ainda.
signs-in-with = Entra com
password-chosen = Escolhida
last-sign-in = Último acesso
give-code = Gerar código de acesso
give-code-text = Para o primeiro acesso, ou para quem esqueceu a senha e não tem e-mail: leia o código por telefone. Um código novo substitui o anterior.
access-code-once = Leia o código agora: ele só aparece esta vez. O assinante o digita em Primeiro acesso, junto com o CPF ou CNPJ.
access-code-until = { $n ->
    [one] Vale uma vez, até { $time }, com uma tentativa.
   *[other] Vale uma vez, até { $time }, com { $n } tentativas.
}
copy-code = Copiar o código
code-works-until = Vale até { $time }
field-plan-hint = Os planos são criados em Planos e serviços.
wrong-access-login = { $n ->
    [one] O login de acesso tem um caractere, sem espaços e que possa ser impresso.
   *[other] O login de acesso tem no máximo { $n } caracteres, sem espaços e todos imprimíveis.
}
wrong-field = { $field }: { $words }

## Console: assinantes por arquivo

import-subscribers = Importar arquivo
import-heading = Importar assinantes
import-text = Uma linha do arquivo para cada plano em serviço, em CSV. Primeiro o arquivo é conferido; nada é gravado até você confirmar.
import-file = Arquivo
import-file-hint = CSV em UTF-8 ou Latin-1, com ; ou , ou tabulação entre as colunas. Até { $rows } linhas e { $megabytes } MB.
import-check = Conferir arquivo
import-columns = Colunas
import-columns-text = A primeira linha dá nome às colunas, em qualquer ordem. Várias linhas com o mesmo CPF ou CNPJ são um cliente com vários planos.
import-example-pt-br = Arquivo de exemplo em português
import-example-en = Arquivo de exemplo em inglês
import-gone = O arquivo conferido não está mais guardado: já foi importado, ou a conferência é antiga demais. Escolha-o de novo.
import-checked = Conferido
import-checked-text = { $file }. Nada foi gravado ainda.
import-wrong = { $n ->
    [one] Há um erro. Corrija-o no arquivo e confira de novo: nada é importado enquanto houver erros.
   *[other] Há { $n } erros. Corrija-os no arquivo e confira de novo: nada é importado enquanto houver erros.
}
import-wrong-heading = O que está errado
import-wrong-more = { $n ->
    [one] Aparece só o primeiro de { $n }.
   *[other] Aparecem só os primeiros de { $n }.
}
import-right = Todas as linhas estão certas.
import-all-known = Todas as linhas já estão cadastradas. Não há nada a importar.
import-rows = Linhas do arquivo
import-new-customers = Clientes novos
import-new-lines = Linhas novas
import-known = Já cadastradas
import-known-text = Linhas cujo cliente já tem aquele login de acesso ficam como estão, mesmo onde o arquivo diz outra coisa.
import-latin1 = O arquivo não é UTF-8 e foi lido como Latin-1. Confira abaixo as letras acentuadas.
import-ask = Os ciclos começam e as franquias são liberadas na hora. O que o arquivo informa como usado é descontado delas.
import-now = { $n ->
    [one] Importar 1 linha
   *[other] Importar { $n } linhas
}
import-other-file = Escolher outro arquivo
import-preview = As primeiras linhas
import-running = Importando
import-lines-done = { $done } de { $all } linhas estão em serviço.
import-running-text = A importação continua sozinha, mesmo se você sair desta página.
import-done = Importado
import-done-text = Clientes novos: { $customers }. Linhas novas: { $lines }.
import-known-left = Linhas que já estavam cadastradas e ficam como estão: { $known }.
import-next = Quem não tem e-mail entra com um código de acesso, que você gera na página dele.
imports = Importações recentes
imported-at = Quando
import-customers = Clientes
file-line = Linha
file-column = Coluna
file-value = Valor
file-wrong = O que está errado
file-empty = O arquivo está vazio.
file-no-rows = O arquivo tem um cabeçalho e nenhuma linha.
file-too-long = { $n ->
    [one] O arquivo tem mais de 1 MB. Divida-o.
   *[other] O arquivo tem mais de { $n } MB. Divida-o.
}
file-too-many-rows = O arquivo tem mais de { $rows } linhas. Divida-o.
file-not-text = Isto não é um arquivo CSV. Na sua planilha, salve como “CSV UTF-8”.
file-column-unknown = A coluna “{ $column }” não é conhecida. Remova ou renomeie.
file-column-missing = Falta a coluna { $column }.
file-column-twice = A coluna { $column } aparece duas vezes.
column-name-hint = Nome da pessoa ou da empresa.
column-document-hint = Com ou sem pontuação; um CNPJ pode ter letras.
column-email-hint = Para mensagens e para entrar.
column-street-hint = Rua e número, para os boletos.
column-district-hint = Bairro.
column-city-hint = Cidade.
column-state-hint = Duas letras, como SP.
column-postcode-hint = Oito algarismos, com ou sem traço.
column-plan-hint = O nome do plano como em Planos e serviços.
column-access-login-hint = Com o qual a linha se autentica no roteador.
column-anchor-day-hint = Dia do mês em que os ciclos começam, de 1 a 31.
column-used-hint = Já usado neste ciclo, com a unidade: 12,5 GB.
column-outside-hint = Do total usado, o que não conta na franquia.
column-language-hint = pt-BR ou en; vazio é pt-BR.
import-customers-heading = Importar clientes
import-customers-text = Uma linha para cada cliente, em CSV, com o que ele tinha em outro sistema. O arquivo é conferido antes; nada é gravado até que você confirme.
import-customers-columns = A primeira linha dá nome às colunas, em qualquer ordem. Cada linha precisa de um e-mail ou do seu próprio ID: é por eles que o mesmo arquivo é reconhecido.
import-customers-known = Linhas de quem já é cliente ficam como estão: nada é somado ao saldo, mesmo que o arquivo diga outra coisa.
import-customers-remembered = { $n ->
    [one] A linha { $lines } fica de fora: uma linha com o mesmo e-mail ou ID já foi importada, e ninguém aqui os tem agora. Quem for novo é cadastrado à mão.
   *[other] As linhas { $lines } ficam de fora: linhas com os mesmos e-mails ou IDs já foram importadas, e ninguém aqui os tem agora. Quem for novo é cadastrado à mão.
}
import-customers-ask = As carteiras são abertas e os saldos iniciais são creditados na hora. O que foi comprado entra nos livros como ajuste, saldo inicial; o que foi dado, como promocional.
import-customers-welcome = Dar também a cada um o crédito de boas-vindas de { $amount }
import-customers-needs = Um arquivo com saldos iniciais é importado por um administrador.
import-customers-now = { $n ->
    [one] Importar um cliente
   *[other] Importar { $n } clientes
}
import-customers-done = Novos clientes: { $customers }. Saldos iniciais: { $sum }.
import-customers-next = Eles escolhem uma senha em “Esqueceu a senha?”, ou por um convite que você envia na página de cada um.
import-decisions-done = { $done } de { $all } passos concluídos.
import-errors-file = Erros em arquivo
opening-balance = Saldo inicial
opening-bought = Saldos iniciais comprados
opening-promotional = Saldos iniciais promocionais
opening-left-out = Saldos iniciais deixados de fora
column-external-id-hint = Como seus programas chamam o cliente.
column-balance-hint = O que ele tinha, em { $unit }: 1234,50 ou 1234.50.
column-balance-kind-hint = comprado ou promocional; obrigatório com um saldo inicial.
column-expires-hint = O último dia do saldo inicial, como 2030-12-31. Vazio se não vence.
column-customer-language-hint = pt-BR ou en; { $language } se vazio.
wrong-unmarked = Escreva um e-mail ou um ID. Sem nenhum dos dois não há como saber se ele já está aqui.
wrong-money = Escreva um valor como 1234,50, só com algarismos.
wrong-money-ambiguous = Isto pode ser milhar ou decimal. Escreva 1234,00 ou 1,23.
wrong-money-too-fine = No máximo seis algarismos depois da vírgula.
wrong-money-too-much = No máximo { $most }.
wrong-balance-kind = Escreva comprado ou promocional.
wrong-row = linha { $line }, { $column }: { $words }
wrong-empty = Preencha este campo.
wrong-too-long = { $n ->
    [one] No máximo 1 caractere.
   *[other] No máximo { $n } caracteres.
}
wrong-line-break = Há uma quebra de linha. Talvez uma aspa antes dela não tenha sido fechada.
wrong-unprintable = Há caracteres que não podem ser impressos.
wrong-document-character = Um CPF tem algarismos; um CNPJ, algarismos e letras.
wrong-document-length = Um CPF tem 11 algarismos e um CNPJ, 14 caracteres. Planilhas cortam zeros à esquerda: formate a coluna como texto.
wrong-document-repeated = Algarismos repetidos não são documento de ninguém.
wrong-document-digits = Os dígitos verificadores não conferem: há um erro de digitação.
wrong-email = Isto não é um endereço como ana@example.com.
wrong-state = Isto não é uma UF, como SP.
wrong-postcode = Um CEP tem oito algarismos.
wrong-plan = Não há plano com este nome.
wrong-day = Um dia do mês vai de 1 a 31.
wrong-size = Escreva um número com a unidade e sem separador de milhar, por exemplo 12,5 GB.
wrong-no-unit = Informe também a unidade: por exemplo 60 GB.
wrong-negative = Não pode ser menor que zero.
wrong-outside = Não pode ser mais do que o total usado.
wrong-language = Escreva pt-BR ou en.
wrong-already-customer = Este documento já é de um cliente. Inclua a linha na página dele.
wrong-email-taken = Outro cliente tem este e-mail.
wrong-login-taken = Outra linha tem este login de acesso.
wrong-login-blank = Um login de acesso não tem espaços nem sinais invisíveis.
wrong-twice = Também está na linha { $line }.
wrong-differs = A linha { $line } diz outra coisa sobre o mesmo cliente.
wrong-columns = Colunas nesta linha: { $found }; no cabeçalho: { $expected }.

## Console: linhas

lines = Linhas
lines-text = Assinantes e os planos em serviço para eles.
lines-empty = Nenhuma linha ainda.
line-enabled = Habilitado
line-blocked = Bloqueado
line-cancelled = Cancelado
find-lines = Nome, CPF ou CNPJ, e-mail ou login de acesso
any-status = Qualquer um
line-waiting = Aguardando o roteador
lines-none-found = Nenhuma linha encontrada assim.
block-line = Bloquear linha
block-line-text = { $name } fica sem acesso na hora e não pode comprar nada até alguém habilitar a linha de novo. A mensalidade continua sendo cobrada.
block-line-confirm = Sim, bloquear a linha
block-reason = Motivo
block-reason-hint = A equipe lê o motivo aqui e na auditoria; o assinante lê apenas que o provedor bloqueou a linha.
enable-line = Habilitar linha
data-balance = Saldo de dados
cycle = Ciclo
cycle-ends = Fim do ciclo
change-access-login = Alterar login de acesso
no-access-login = sem login de acesso
access-login-change-hint = Em branco, a linha não autentica mais. Uma sessão em curso continua e é contada nesta linha até terminar.
blocked-why = Por que está bloqueada
blocked-overdue = Bloqueada automaticamente desde { $time }, por falta de pagamento:
blocked-paid = Bloqueada automaticamente desde { $time }, por falta de pagamento. O pagamento já entrou: a linha será habilitada em instantes.
blocked-by-hand = Bloqueada por { $who } desde { $time }.
blocked-by-key = a chave de API “{ $name }”
times-of-machine = Estes horários são os do servidor: acessos e códigos não seguem o relógio de teste.
blocked-reason = Motivo: { $reason }
trusted-until = Esta linha está liberada em confiança até { $time }. Se nada for pago até lá, ela volta a ser bloqueada.
trusted-overdue = Em atraso enquanto isso:
blocked-unknown = Não há registro de quando nem por quem.
blocked-invoice = Fatura { $number }, { $amount }, vencida em { $day }
blocked-boleto = Boleto { $number }, { $amount }, vencido em { $day }
blocked-confirmed = O roteador confirmou o acesso restrito desde { $time }.
blocked-restricted-before = O acesso já estava restrito: o roteador confirma isso desde { $time }, antes do bloqueio.
blocked-not-confirmed = Nenhum roteador confirmou ainda: a linha não tem sessão, ou o roteador não respondeu.
restricted-walled-since = O roteador confirmou a navegação restrita às páginas do provedor desde { $time }.
restricted-cut-since = O roteador confirmou o acesso bloqueado por falta de saldo desde { $time }.
restricted-no-session = Nenhuma sessão aberta agora: isso vale de novo quando a linha se conectar.
restricted-since = O roteador confirmou o acesso reduzido desde { $time }.
purchases = Compras
purchases-empty = Nada foi comprado para esta linha ainda.
settle = Registrar pagamento
settle-purchase = Registrar o pagamento de { $pack }
settle-reason = Como se sabe que foi pago
settle-confirm = Confirmar o pagamento
purchase-waits = Aguarda o pagamento
purchase-dropped = Cancelada sem pagamento
purchase-written-off = Não pago: baixado
pack = Crédito
bought-at = Compra registrada
released-at = Crédito liberado
speed-restored-at = Velocidade restaurada
paid-at = Pago
not-yet = Ainda não
sessions = Sessões
sessions-empty = Nenhum roteador informou esta linha ainda.
router = Roteador
began-at = Início
read-at = Último relato
bytes-sent = Enviado
bytes-received = Recebido
session-open = Conectada
session-ended = Encerrada
session-strange = Os contadores saltaram ou foram zerados.
session-of-service = só { $name }
lines-unconfirmed = { $n ->
    [one] { $n } linha espera há mais de dois minutos que o roteador confirme uma mudança.
   *[other] { $n } linhas esperam há mais de dois minutos que o roteador confirme uma mudança.
}
