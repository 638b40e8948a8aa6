## Around every page

live-gone = No connection to the server: what this page shows may be out of date. It goes on by itself as soon as the connection is back.
skip = Skip to content
menu = Menu
language = Language
update = Update
sign-out = Sign out
newer = Newer
older = Older
pages = Pages
copied = Copied
request-id = Request

billing = Billing
recharge = Recharge
usage = Usage
statement = Statement
saved-cards = Saved cards
api-keys = API keys
console = Console
mails = Mails

## Signing in

sign-in = Sign in
sign-in-heading = Welcome back
staff-sign-in = Staff sign-in
sign-in-to = Sign in to { $brand }.
login = E-mail, CPF or CNPJ
password = Password
sign-in-submit = Sign in
sign-in-wrong-pair = Login or password is wrong. Check both and try again.
sign-in-empty = Enter your login and your password.
sign-in-mistyped = This is not a valid CPF or CNPJ: check its digits.
sign-in-too-many = { $n ->
    [one] Too many tries. Wait 1 minute, then try again.
   *[other] Too many tries. Wait { $n } minutes, then try again.
}
sign-in-session-ended = Your session has ended. Sign in again to go on.
forgotten-password = Forgotten your password?
forgotten-password-heading = Forgotten password
forgotten-password-text = We will send you a link to choose a new one.
forgotten-password-submit = Send the link
forgotten-password-sent = If this login is known here, a link is on its way to its e-mail address.
forgotten-password-sent-hint = It may take a minute. Check your spam folder too.
first-access = First access
first-access-text = With an access code from { $brand } and your CPF or CNPJ you choose your password. Ask for the code:
first-access-empty = Enter your CPF or CNPJ and the code.
first-access-bad-document = This is not a CPF or CNPJ: a digit may be mistyped.
first-access-refused = Document and code do not belong together, or the code no longer works. Check both, or ask { $brand } for a new code.
access-code = Access code
access-code-hint = Eight letters and digits. Capitals and the dash do not matter.
or-by = or
no-email-ask = No e-mail registered with us? Ask { $brand } for an access code:
i-have-a-code = I have a code
back-to-sign-in = Back to sign-in
set-password = Choose a password
set-password-text = Choose a new password. This signs you out on all other devices.
set-password-invited = { $brand } has opened an account for you. Choose a password to sign in.
set-password-invited-staff = You are to work in the console of { $brand }. Choose a password to sign in.
new-password = New password
password-again = Repeat the new password
password-hint = { $n ->
    [one] At least 1 character. A few words are easier to remember than symbols.
   *[other] At least { $n } characters. A few words are easier to remember than symbols.
}
password-too-short = { $n ->
    [one] The password needs at least 1 character.
   *[other] The password needs at least { $n } characters.
}
password-is-name = Your own CPF, CNPJ or e-mail cannot be your password: it is the first thing others would try. Choose another.
password-is-pattern = A row of letters or digits is quickly guessed. Choose another one.
password-different = The two passwords are not the same. Type them again.
set-password-submit = Save and sign in

## Sign-up

sign-up = Create account
sign-up-text = For { $brand }. You confirm your e-mail, and are in.
sign-up-text-welcome = For { $brand }. You begin with { $amount } of credit, as soon as you have confirmed your e-mail.
sign-up-new-here = New to { $brand }?
sign-up-have-account = Do you have an account?
sign-up-agree = I agree to the terms of { $brand }
sign-up-terms = Read the terms
sign-up-terms-needed = An account needs your agreement to the terms.
sign-up-bad-name = Write your name, in letters that can be printed.
sign-up-password-is-name = Your name or e-mail is the first that others would try. Choose another password.
sign-up-check-mail = Look into your mailbox
sign-up-waiting-text = We have sent you a mail with a link. Open it to confirm your e-mail. There is no account before that.
sign-up-waiting-hint = The link works for one day. If no mail comes, look among the unwanted ones, or have it sent again.
sign-up-send-again = Send the mail again
sign-up-sent-again = If you are still waiting for it, a new mail is on its way. The link in the old one works no more.
sign-up-other-email = Use another e-mail
sign-up-confirm = Confirm your e-mail
sign-up-confirm-text = Type the password that you chose, and your account with { $brand } is open.
sign-up-confirm-submit = Confirm and sign in
sign-up-wrong-password = This is not the password that was chosen with this link. Type it again, or create the account anew.
sign-up-not-you = Was it not you who asked for this account? Close this page: nothing is opened.
sign-up-gone-heading = This link works no more
sign-up-gone = It was used, is older than a day, or a newer mail has taken its place. If you have confirmed your e-mail already, sign in.
sign-up-known-heading = You have an account already
sign-up-known = This e-mail belongs to an account. Sign in, or choose a new password.
customers-sign-up-open = People sign up by themselves at { $url }.
customers-sign-up-closed = Open sign-up is off (setting sign_up.enabled).
mail-sign-up-subject = Confirm your e-mail for { $brand }
mail-sign-up-body =
    Hello,

    somebody, hopefully you, asked for an account with { $brand } under this e-mail.
    Confirm here that it is yours, with the password you chose:

    { $url }

    The link works once, until { $until }.
    If it was not you, do nothing: no account is opened.
mail-sign-up-known-subject = You have an account with { $brand } already
mail-sign-up-known-body =
    Hello,

    somebody, perhaps you, asked for an account with { $brand } under this e-mail.
    You have one already. Sign in: { $url }/sign-in

    If you have forgotten your password: { $url }/forgotten-password
    If it was not you, do nothing: nothing was changed.

## Messages

message-forbidden = You may not open this
message-forbidden-staff-text = Your role does not allow this. Nothing was changed. Ask an administrator if you need it.
message-forbidden-text = You are signed in, but this page belongs to someone else. If you think it should be yours, sign in with the right login.
message-stale-form = This page is out of date
message-stale-form-text = Nothing was changed. Go back, reload the page and try again.
message-not-found = There is nothing here
message-not-found-text = The address may be mistyped, or what was here is gone.
message-link-expired = This link no longer works
message-link-expired-text = A link can be used once, and only for a while. Ask for a new one; it takes a minute.
message-staff-link-expired-text = Each link works once and for a while. If you were invited, ask the colleague who invited you for a new one; if you have a password already, sign in.
message-too-large = That was too large
message-too-large-text = What was sent is larger than we accept. Nothing was changed.
message-not-understood = We did not understand that
message-not-understood-text = Something in the address or the form is not what we expect. Nothing was changed. Go back and try again.
message-too-many = Too many requests
message-too-many-text = { $n ->
    [one] Nothing was changed. Wait 1 second, then try again.
   *[other] Nothing was changed. Wait { $n } seconds, then try again.
}
message-failed = Something broke on our side
message-failed-text = It has been noted. Your credit is safe: what is not in your statement did not happen. Try again in a moment.
message-payments-off = Cards cannot be used here yet
message-payments-off-text = The operator has not set up card payments. Nothing was charged. Ask support how to add credit.
message-provider-away = The payment page cannot be reached
message-provider-away-text = Our payment provider did not answer. Nothing was charged. Try again in a few minutes.
message-unavailable = We are busy for a moment
message-unavailable-text = { $n ->
    [one] Nothing was changed. Try again in 1 second.
   *[other] Nothing was changed. Try again in { $n } seconds.
}
to-first-page = Go to the start page
ask-for-link = Ask for a new link

## Balance

credit-balance = Credit balance
available = Available
pending = Pending
held = Held
balance = Balance
window-closes = hour ends { $time }, in { $left }
minutes-left = { $n } min
made-of = Made up of
grant-promotional = Welcome credit
grant-purchased = Purchased
grant-adjustment = Correction or goodwill
owed-first = Owed, paid first by the next credit
staff-below-zero = The balance is below zero: more was used or taken back than the customer had. New use is refused until it is above zero again. The next recharge pays what is owed first.
below-zero = Your balance is below zero: more was used or taken back than you had. New use is refused until it is above zero again. The next recharge pays what is owed first.
grant-overpaid = Paid beyond what was owed
grant-reinstated = Returned
until-day = until { $day }

## Billing

prepaid-for = Prepaid credit for { $brand }
balance-and-usage = Balance and usage
today-by-hour = today, by hour
lasts = { $n ->
    [0] Lasts less than a day at this pace.
    [one] Lasts about 1 day at this pace.
   *[other] Lasts about { $n } days at this pace.
}
last-movements = Last movements
all-movements = Full statement
movements-empty = No movements yet. Each hour of activity and each recharge will appear here.
expires-next = Expires next
expires-next-text = { $source }, good until { $day }
expires-never = None of your credit expires.
saved-card = Saved card
cards-unknown = The payment provider does not answer just now. Your cards are safe with it; load the page again in a moment.
saved-card-none = No card saved yet. A card you pay with can be saved for next time.
card-expires = Expires { $expiry }
card-expired = Expired { $expiry }
manage-cards = Manage cards
report = Report a problem
report-subject = Problem with my credit
report-subject-of = Problem with payment { $transaction }
report-body =
    What happened:


    Request: { $request }
report-body-of =
    What happened:


    Transaction: { $transaction }
    Request: { $request }

## Movements

movement-granted-promotional = Welcome credit
movement-granted-purchased = Credit purchased
movement-granted-adjustment = Correction in your favour
movement-granted-overpaid = Paid beyond what was owed: kept as credit
movement-topped-up = Recharge
movement-topped-up-with = Recharge, { $method }
movement-topped-up-automatic = Automatic recharge, { $method }
movement-active-hours = { $n ->
    [one] 1 active hour, { $hours }
   *[other] { $n } active hours, { $hours }
}
movement-active-minutes = { $n ->
    [one] 1 active minute, { $hours }
   *[other] { $n } active minutes, { $hours }
}
movement-used = { $quantity } × { $meter }
movement-charged = Charge
movement-charged-for = Charge, { $what }
movement-expired = Expired: { $source }
movement-adjusted = Correction
movement-adjusted-goodwill = Credit as goodwill
movement-adjusted-opening-balance = Balance brought from before
movement-adjusted-misuse = Correction of use that was not meant to be paid
movement-reversed = Charge taken back
movement-refunded = Refund of a recharge
movement-refund-returned = Refund that did not arrive: credit returned
movement-disputed = Recharge disputed at the bank
movement-dispute-returned = Dispute decided: credit returned
movement-data-refunded = Credit purchase refunded
movement-data-refund-returned = Refund that did not arrive: data returned
movement-data-disputed = Credit purchase disputed at the bank
movement-data-dispute-returned = Dispute decided: data returned
movement-granted-reinstated = Credit returned
movement-reversed-for = Charge taken back, { $what }

## Recharge

recharge-text = Add prepaid credit for { $brand }. It is there as soon as the payment is confirmed.
how-much = How much?
suggested-amounts = Suggested amounts
amount = Amount
amount-hint = Another amount, { $least } to { $most }. Leave it empty to add the amount chosen above.
amount-covers = You owe { $owed }: what you add pays that first.
amount-not-a-number = This is not an amount of money. Write it like { $example }.
amount-too-precise = An amount has at most two decimals. Remove the rest.
amount-too-small = The smallest amount is { $least }. Enter a larger one.
amount-too-large = The largest amount at once is { $most }. Enter a smaller one.
add-to-balance = Add to Credit Balance
consent = You pay on Stripe’s page. The card you use is saved for next time; you can remove it whenever you like under
consent-link = Saved cards
credit-details = Credit details
date = Date
transaction-id = Transaction ID
method-unknown = Unknown
method-card = Card
card-used = Card used
status = Status
status-success = Success
status-failure = Failure
status-pending = Pending
status-refunded = Refunded
status-partly-refunded = Partly refunded
status-disputed = Disputed
copy-transaction = Copy transaction ID { $id }
payments-empty = No payments yet. To begin, choose an amount above. Every attempt to pay will appear here with its result, failed ones included.
cards-empty-short = No card saved yet.
reason-declined = The bank declined the card. Try another card, or ask your bank.
reason-insufficient-funds = The card has insufficient funds. Try a smaller amount or another card.
reason-expired-card = The card has expired. Try another card.
reason-incorrect-cvc = The security code is wrong. Check the code on the card and try again.
reason-incorrect-number = The card number is wrong. Check it and try again.
reason-processing-error = The bank could not process the card just then. Try again in a moment.
reason-authentication-failed = The bank asked for confirmation and did not get it. Try again and confirm.
reason-limit-reached = The card has reached a limit of its bank. Try another card, or later.
reason-being-credited = Paid. The credit is being added.
reason-went-back-from-hand = It came otherwise than it was asked for, and we added the credit by hand. Since then it has gone back or is contested at your bank.
reason-credited-by-hand = It came otherwise than it was asked for. We added the credit by hand.
reason-withheld = It has come, but not as it was asked for. It was not credited; we look at it and give it back or add the credit.
reason-awaiting-confirmation = Waiting for the payment to be confirmed.
reason-not-paid-in-time = It was not paid in time.
reason-given-up = It was cancelled before it was paid.
reason-given-back = { $amount } was given back, and the credit it had bought was taken back.
reason-refund-failed = A refund of { $amount } did not arrive; what it had taken back is yours again.
reason-dispute-open = Your bank has taken this payment back while it decides. The credit it bought is not available until then.
reason-dispute-asked = Your bank is asking about this payment. Your credit balance has not changed.
reason-dispute-lost = Your bank took this payment back. The credit it had bought was taken back.
reason-dispute-won = Your bank has decided: this payment stands, and the credit it bought is yours again.
reason-data-given-back = { $amount } was given back, and { $quantity } of its data was taken back.
reason-data-stays-given-back = { $amount } was given back. No data was taken.
reason-data-dispute-open = Contested at your bank, which keeps the payment until it decides. { $quantity } of its data is taken until then.
reason-data-stays-dispute-open = Contested at your bank, which keeps the payment until it decides. No data was taken.
reason-data-dispute-asked = Your bank is asking about this payment. No data was taken.
reason-data-dispute-lost = Your bank took this payment back, and { $quantity } of its data was taken back.
reason-data-stays-dispute-lost = Your bank took this payment back. No data was taken.
reason-data-dispute-won = Your bank has decided: this payment stands, and the data it bought is yours.
reason-waiting-until = Waiting for the bank until { $day }.
payment-way-on = Show how to pay
staff-reason-declined = The bank declined the card.
staff-reason-insufficient-funds = The card had insufficient funds.
staff-reason-expired-card = The card had expired.
staff-reason-incorrect-cvc = The security code was wrong.
staff-reason-incorrect-number = The card number was wrong.
staff-reason-processing-error = The bank could not process the card just then.
staff-reason-authentication-failed = The bank asked the customer for confirmation and did not get it.
staff-reason-limit-reached = The card had reached a limit of its bank.
staff-reason-went-back-from-hand = Credit for it was given by hand. Since then it has gone back or is contested at the bank: that credit is still there until staff take it.
staff-reason-credited-by-hand = It came otherwise than it was asked for. Credit for it was given by hand.
staff-reason-withheld = It came, but not as it was asked for, and was not credited: give it back or add the credit.
staff-reason-dispute-open = Contested at the customer's bank, which keeps the payment until it decides. The credit it bought is taken until then.
staff-reason-dispute-asked = The customer's bank is asking about this payment. No credit was taken.
staff-reason-dispute-lost = The customer's bank decided for the customer and took the payment back for him. The credit it had bought was taken back.
staff-reason-dispute-won = The customer's bank has decided: this payment stands, and the customer has the credit it bought again.
staff-reason-refund-failed = A refund of { $amount } did not arrive; what it had taken back is the customer’s again.
staff-reason-data-dispute-open = Contested at the customer's bank, which keeps the payment until it decides. { $quantity } of its data is taken until then.
staff-reason-data-stays-dispute-open = Contested at the customer's bank, which keeps the payment until it decides. No data was taken.
staff-reason-data-dispute-asked = The customer's bank is asking about this payment. No data was taken.
staff-reason-data-dispute-lost = The customer's bank decided for the customer and took the payment back for him; { $quantity } of its data was taken back.
staff-reason-data-stays-dispute-lost = The customer's bank decided for the customer and took the payment back for him. No data was taken.
staff-reason-data-dispute-won = The customer's bank has decided: this payment stands, and the customer has the data it bought.

## Unfinished checkouts

checkouts = Unfinished checkouts
checkouts-text = Begun and not finished. If you have paid, you need not do anything: the credit is added by itself.
checkout-open-until = The payment page is open until { $time }.
checkout-being-confirmed = Being confirmed. It was paid on the payment page; the credit is added as soon as the confirmation comes.
checkout-go-on = Continue to payment
checkout-cancel = Cancel checkout

## Staff, roles, what they do with customers, the audit log

staff = Staff
staff-text = Who signs in to this console, and as what.
staff-invite = Invite a colleague
staff-invited = The invitation is on its way.
staff-withdrawn = The invitation no longer works.
staff-changed = Saved.
staff-password-link = Send a link for a new password
staff-password-link-sent = A link for a new password is on its way. It works for an hour.
staff-password-own = Change password
staff-password-current = Current password
staff-password-wrong = That is not your password.
staff-password-saved = Your password was changed. Whoever else was signed in with the old one is signed out.
staff-forgotten-ask = If no mail comes, a colleague who is an admin can send you a link, under Staff.
staff-invited-already = Somebody is invited to this address already. Send that invitation again, or withdraw it first.
staff-last-admin = Nobody else is an admin. Make somebody one first.
staff-role = Role
staff-role-hint = Support looks after customers; finance also sees money and bank files; read-only changes nothing; an admin may do everything.
staff-email = E-mail
staff-email-hint = The invitation goes there, and the colleague signs in with it.
staff-name-missing = Enter a name.
staff-email-wrong = Enter an e-mail address like ana@example.com.
staff-known = Somebody signs in with this address already.
staff-since = Since
staff-you = (you)
staff-disabled-on = Disabled on { $day }
staff-change = Change
staff-change-one = Change { $name }
staff-set-role = Set role
staff-sign-out = End sessions
staff-disable = Disable
staff-enable = Enable
staff-invitations = Invitations
staff-link = Link
staff-link-until = Works until { $time }
staff-link-over = No longer works
staff-send-again = Send again
staff-send-again-to = Send the invitation of { $name } again
staff-withdraw = Withdraw
staff-withdraw-of = Withdraw the invitation of { $name }
role-admin = Admin
role-finance = Finance
role-support = Support
role-read-only = Read-only
mail-staff-invitation-subject = You are invited to the console of { $brand }
mail-staff-invitation-body =
    Hello { $name },

    a colleague has invited you to the console of { $brand }. Choose your password here:

    { $url }

    The link works once, until { $until }.
    If you did not expect this mail, you can ignore it.
mail-endpoint-off-subject = { $brand }: a webhook endpoint was turned off
mail-endpoint-off-body =
    Nothing more is told to the webhook endpoint

    { $endpoint }

    { $why } What happens meanwhile is not told later. Mend the receiver, then turn it on again:

    { $url }
mail-endpoint-gone = It answered 410 Gone.
mail-endpoint-failing = It has taken nothing for five days.
wallet-id-of = Wallet ID, { $unit }
wallet-id-of-data = Wallet ID, data
lots = What is left, and where it is from
lot-of = of { $amount } on { $day }
checkout-left-open = Unfinished checkout of { $amount }
api-key-of = API key
key-is-revoked = revoked
key-used-last = last used { $time }
key-never-used = never used
customer-acts = Help this customer
view-as = View as the customer
view-as-text = You see the portal as this customer does, for 15 minutes, without being able to change anything. The audit log keeps it.
view-as-banner = You see what { $name } sees. Read-only.
view-as-left = { $n ->
    [one] It ends in 1 minute.
   *[other] It ends in { $n } minutes.
}
view-as-off = Read-only: in this view nothing can be changed or bought.
view-as-end = End
wallet-of-money = Credit in { $unit }
wallet-of-data = Data of a line
wallet-of-line = Data of { $line }
wallet-freeze-text = Freezing lets nothing more be spent or bought with this wallet until somebody thaws it: charges, packs and recharges are refused, and the customer reads that it is frozen. Use is counted all the same, payments that come are credited, and the line stays connected. The audit log keeps the reason; the customer does not read it.
wallet-is-frozen = is frozen.
wallet-frozen-by = Frozen by { $name }, { $time }: { $reason }
wallet-freeze = Freeze
wallet-thaw = Thaw
wallet-frozen-now = The wallet is frozen: nothing can be spent, bought or added by itself.
wallet-thawed-now = The wallet is not frozen any more.
balance-frozen = Your credit is frozen: nothing can be spent or bought at the moment. Please write to support.
recharge-frozen = Your credit is frozen, so nothing can be added. Please ask support:
line-is-frozen = This line is frozen: nothing can be bought for it at the moment. Please write to support.
message-wallet-frozen = Your credit is frozen
message-wallet-frozen-text = Nothing can be bought at the moment, and nothing was charged. Please write to support.
message-read-only-view = Read-only
message-read-only-view-text = You see what the customer sees. Nothing can be changed here, and keys are hidden.
audit = Audit
audit-text = Who changed what, newest first. Nothing is ever deleted here.
audit-csv = Download CSV
audit-who = Who
audit-action = Action
audit-object = Object
audit-of-adjustment = Corrections of invoices
audit-of-api-key = API keys
audit-of-automatic-topup = Automatic top-up
audit-of-backup = Backups
audit-of-bank-return = Return files of the bank
audit-of-billing = Monthly runs
audit-of-boleto = Boletos
audit-of-brand = Brand
audit-of-charge = Charges
audit-of-clock = Clock
audit-of-credit = Credit given back
audit-of-credit-request = Credit given or taken
audit-of-customer = Customers
audit-of-customers = Files of customers
audit-of-deduction = Credit taken by API
audit-of-doctor = Checks of Stripe
audit-of-finding = Findings
audit-of-grant = Credit given by API
audit-of-inbox = Webhooks received
audit-of-invoice = Invoices
audit-of-line = Lines
audit-of-login = Logins of customers
audit-of-mail = Mails
audit-of-mail-wishes = Mails that customers want
audit-of-meter = Meters
audit-of-pack = Packs
audit-of-plan = Plans
audit-of-price = Prices
audit-of-purchase = Purchases
audit-of-receipt = Receipts sent
audit-of-reconciliation = Reconciliation
audit-of-refund = Refunds
audit-of-remittance = Remittances to the bank
audit-of-router = Routers
audit-of-staff = Staff
audit-of-subject = Subjects of usage
audit-of-subscriber = Subscribers
audit-of-subscribers = Files of subscribers
audit-of-test-clock = Test clock
audit-of-topup = Recharges
audit-of-wallet = Wallets frozen and thawed
audit-of-webhook-delivery = Webhooks sent again
audit-of-webhook-endpoint = Webhook endpoints
audit-who-hint = Name, e-mail or ID.
audit-all-actions = All
find-customer-hint = Name, e-mail or ID.
no-such-customer = No customer, or more than one, is called so. Enter the e-mail or the ID.
audit-from = From
audit-to = To
audit-find = Filter
audit-all = Show all
audit-wrong-days = Enter days like 2026-11-30.
audit-empty = No change was found. Ask for less, or for other days.
audit-when = When
audit-change = Change
audit-show = Show
audit-before = Before
audit-after = After

## Results

ok = OK
result-successful = Payment successful
result-failed = Payment failed
result-cancelled = Payment cancelled
result-pending = Payment pending
result-successful-text = { $amount } was added. Your credit balance is { $balance }.
result-failed-text = Your card was declined. Your credit balance has not changed.
result-declined-advice = Try another card, or ask your bank.
result-free-text = A coupon took the whole amount, so nothing was paid and no credit was added. Your credit balance has not changed. Please write to support if you expected credit.
result-free-purchase-text = A coupon took the whole amount, so nothing was paid and nothing was bought. Please write to support if you expected it.
result-withheld-text = Your payment of { $came } has come, but { $amount } was asked for, so it could not be credited. We look at it and give it back or add the credit. Your credit balance has not changed.
result-withheld-purchase-text = Your payment of { $came } has come, but { $amount } was asked for, so nothing was bought with it. We look at it and give it back or release what you wanted.
result-cancelled-text = You left the payment page without paying. Your credit balance has not changed.
result-overpaid-text = This purchase was paid already: { $amount } became your credit.
result-failed-purchase-text = Your card was declined. Nothing was charged and nothing was bought.
result-cancelled-purchase-text = You left the payment page without paying. Nothing was charged and nothing was bought.
result-pending-text = The payment is not yet confirmed. This message changes by itself as soon as it is.

## Usage and charts

usage-text = What your activity has cost.
usage-views = Views
by-hour = By hour
by-day = By day
by-month = By month
earlier = Earlier
later = Later
by-item = By item
item = Item
meter-active-hours = Active hours
meter-active-time = Active time
charge-given-back = { $what }, charges taken back
quantity = Quantity
spent = Spent
usage-empty = No usage in this period. Make a call with your API key, and it will show up here.
chart-by-hour = Usage by hour
chart-by-day = Usage by day
chart-by-month = Usage by month
chart-hour = Hour
chart-day = Day
chart-now = now
chart-today = today
chart-most = Highest: { $amount } ({ $span }).
chart-nothing = Nothing yet.
chart-line = The available credit went from { $from } to { $until }.
as-table = Show as table
not-over = not over yet

## Statement

statement-text = Every movement of your credit, and the balance after it.
month = Month
movement = Movement
balance-after = Balance
unit = Unit
entry-id = Entry ID
date-in-zone = Date ({ $zone })
times-in-zone = Time zone: { $zone }.
download-csv = Download CSV
statement-paper = Statement of credit
statement-opening = Balance before
statement-closing = Balance after
period = Period
time-zone = Time zone
other-days = Other days
days-from = From
days-wrong = Write the day as 2026-11-30.
days-backwards = The last day lies before the first one.
days-too-many = These are more movements than fit on paper. Choose fewer days, or the CSV.
days-until = To
statement-empty = No movements in this month. Choose another month above.

## Receipts

receipt = Receipt
receipt-title = Receipt { $number }
receipt-from = Paid to
receipt-to = Paid by
receipt-what = Description
receipt-credit = Prepaid credit
receipt-refunded = Refunded on { $date }
receipt-disputed = Taken back by the bank on { $date }
receipt-total = Total paid
receipt-total-kept = Total paid, less what went back
receipt-back = Back to all payments
paid-with = Paid with
download-pdf = Download PDF
paper-page = Page
paper-of = of

## Notices by mail

mail-wishes = E-mail notices
mail-wishes-text = What we tell you about your credit by e-mail. Receipts and what you ask for come in any case.
mail-wishes-saved = Saved.
mail-wishes-bad-amount = The amount must be above zero and no more than can be added at once, for example 5.00.
wish-low = When my credit is low
wish-low-amount = Low means less than
wish-low-usual = Empty: { $amount }. You are told once each time your available credit falls below it.
wish-low-none = Empty: never. You are told once each time your available credit falls below it.
wish-expiry = { $days } days before credit expires

## Automatic top-up

automatic-topup = Automatic top-up
automatic-text = When little credit is left, a saved card is charged by itself, within limits that you set.
automatic-saved = Saved. Automatic top-up is on.
automatic-state = How it stands
automatic-on = On
automatic-off = Off
automatic-paused = Paused
automatic-stopped = Stopped
automatic-capped = Limit reached
automatic-frozen = Frozen
automatic-frozen-text = Your credit is frozen: no card is charged by itself until it is thawed. Please write to support.
automatic-disabled = Automatic top-up is not offered at the moment. No card is charged by itself.
automatic-off-text = No card is charged by itself.
automatic-off-operator = It was turned off for you. No card is charged by itself; to go on, agree again.
automatic-terms = Below { $threshold } available, { $amount } or a multiple of it is charged to { $card }.
automatic-cap-day-money = Today’s limit of money is reached. It goes on after { $until }.
automatic-cap-day-count = Today’s number of charges is reached. It goes on after { $until }.
automatic-cap-month-money = This month’s limit of money is reached. It goes on after { $until }.
automatic-cap-month-count = This month’s number of charges is reached. It goes on after { $until }.
automatic-cap-one-charge = The amount is above what may be charged at once: choose a smaller one. It is tried again after { $until }.
automatic-paused-text = The bank declined the last charge. It is tried again after { $until }, or at once when you press the button.
automatic-stop-authentication = The bank wants you to confirm the payment yourself. Pay once on Stripe’s page, then turn automatic top-up on again.
automatic-stop-card-removed = The card is not saved any more. No card is charged by itself until another one is chosen.
automatic-stop-too-many = The bank declined several times in a row. Choose another card, or try again with this one.
automatic-stop-by-you = You paused it. No card is charged by itself until you turn it on again.
automatic-stop-hard = The bank declined this card for good. Choose another card, or ask your bank.
automatic-agreed-at = You agreed { $at }.
automatic-has-paid = You have paid by yourself; nothing more is due. Turn automatic top-up on again if you want it to go on.
automatic-pay = Pay now
automatic-resume = Turn on again
automatic-pause = Pause
automatic-turn-off = Turn off
automatic-choose = Card and limits
automatic-cards-empty = No card saved yet. Recharge once, and the card you pay with can be chosen here.
automatic-card = Card to charge
automatic-threshold = When less than this is available
automatic-threshold-hint = What is pending counts as used.
automatic-amount = Amount to add
automatic-amount-hint = { $least } to { $most }. If one amount does not reach, a multiple of it is charged at once, within the limits.
automatic-day-money = At most in a day
automatic-day-count = Charges in a day
automatic-month-money = At most in a month
automatic-month-count = Charges in a month
automatic-at-most = At most { $most }.
automatic-consent = I agree that { $brand } charges the card chosen above without asking me each time: as soon as less credit is available than I set above, the amount set above or the smallest multiple of it that is needed, never more than my limits of a day and a month. I can pause or turn this off on this page at any time, and it then holds for every charge not yet begun.
automatic-agreed-numbers = { $card }; below { $threshold } available: { $amount }; in a day { $day } and { $daycount } charges at most; in a month { $month } and { $monthcount } charges at most.
automatic-turn-on = Turn on automatic top-up
automatic-save = Save changes
automatic-charges = Automatic charges
automatic-charges-empty = No card was charged by itself yet. Every attempt will appear here, declined ones included.
automatic-charges-where = Every attempt is also listed under
automatic-not-made = Not charged
automatic-not-agreed = Tick the box to agree. Without it no card is charged.
automatic-no-card = Choose one of your saved cards.
automatic-not-money = { $field }: write an amount of money with at most two decimals.
automatic-not-count = { $field }: write a whole number.
automatic-money-range = { $field }: from { $least } to { $most }.
automatic-count-range = { $field }: from 1 to { $most }.
automatic-change = Change

## Saved cards

saved-cards-text = Cards saved for your next payment. We see brand, last four digits and expiry only; the number stays with Stripe.
cards-empty = No card saved yet. Recharge, and the card you pay with can be saved here for next time.
card-saved = saved { $day }
card-removed = { $card } was removed.
remove = Remove
remove-card = Remove { $card }
remove-card-ask = Remove { $card }? You can still pay with it later by entering it again.
remove-card-stops = Automatic top-up charges this card: it stops until you choose another one.
remove-card-yes = Yes, remove it

## API keys

api-keys-text = Your programs call the API with a key. Anyone who has it can spend your credit.
new-key = New key
key-name = Name of the new key
key-name-hint = Where it will be used, such as “Production server”.
key-name-bad = { $n ->
    [one] Give the key a name of 1 character.
   *[other] Give the key a name of 1 to { $n } characters.
}
create-key = Create key
key-created = Key “{ $name }” was created
key-once = Copy it now and keep it safe: it is not shown again.
copy-key = Copy key
your-keys = Your keys
keys-empty = No key yet. Create one above, put it into your program, and the first call will show on Billing.
name = Name
key = Key
created = Created
last-used = Last used
never = Never
revoke = Revoke
revoke-key = Revoke { $name }
revoke-key-ask = Revoke “{ $name }”? Programs that use it are refused from now on.
revoke-key-yes = Yes, revoke it
key-revoked = Key “{ $name }” was revoked.
revoked-on = Revoked { $day }

## Console

customers = Customers
customer = Customer
customer-id = Customer ID
customer-since = Since
customers-empty = No customer yet. Create the first with “saldo customer create” or by the API.
customers-text = Who pays. Open one to see his balance, what he used and paid, and to help him.
customers-none = No customer yet. Add the first one, import a file, or create customers by the API.
customers-none-found = Nobody was found for “{ $text }”. Look for fewer words, or for a shorter part of the name or e-mail.
find-customer = Part of a name or e-mail
new-customer = Add customer
customer-external-key = Your own ID
customer-external-key-hint = What your programs call this customer. Optional, and nobody else’s.
customer-language-hint = Of pages and mails, until the customer chooses.
customer-begins-with = To begin with
customer-currency = The wallet counts { $unit }, as everybody’s here.
customer-welcome = Give the welcome credit of { $amount }
customer-invite = Send an invitation by e-mail to choose a password
customer-invite-needs-email = An invitation needs an e-mail. Write one, or untick the invitation.
customer-bad-name = A name has at least one letter and at most { $n } bytes, none that cannot be printed.
customer-bad-key = At most { $n } bytes, none that cannot be printed.
wrong-key-taken = Another customer has this ID:
customer-origin = Came
origin-api = by the API on { $day }
origin-command-line = by the operator at the command line on { $day }
origin-console = written down by staff on { $day }
origin-import = by file on { $day }
origin-sign-up = signed up on { $day }
origin-file = Show the file
customer-agreed = Agreed to the terms at { $url }
liability = Credit not used yet
sold-today = Sold today
refunded-today = Before taking off the { $amount } given back today
used-today = Used today
books-verified = Books verified { $time }, no difference.
books-verified-lately = { $n ->
    [0] Books verified just now, no difference.
    [one] Books verified 1 minute ago, no difference.
   *[other] Books verified { $n } minutes ago, no difference.
}
books-verified-drift = { $n ->
    [0] Books verified just now, drift with Stripe { $drift }.
    [one] Books verified 1 min ago, drift with Stripe { $drift }.
   *[other] Books verified { $n } min ago, drift with Stripe { $drift }.
}
drift-lately = Drift with Stripe { $drift }.
drift-compared = Drift with Stripe { $drift }, compared { $time }.
drift-unknown = Stripe has not been compared with the books yet.
drift-failing = Stripe cannot be compared with the books since { $time }.
at-a-glance = At a glance
data-sold-today = Data sold today
data-used-today = Data used today
figures-data = Data
figures-in = In { $unit }
glance-at-zero = Lines with nothing left
glance-blocked = Blocked lines
glance-debts = Customers in debt
glance-debts-value = { $n } ({ $sum })
glance-run = Next monthly run
glance-run-value = { $month }, on { $day }
glance-run-waits = { $month }, not made yet
glance-return = Last return of the bank
glance-return-none = none yet
boletos-overdue = { $n ->
    [one] { $n } overdue boleto: { $sum }.
   *[other] { $n } overdue boletos: { $sum } together.
}
invoices-overdue = { $n ->
    [one] { $n } overdue invoice without a boleto: { $sum }.
   *[other] { $n } overdue invoices without a boleto: { $sum } together.
}
open-boletos = Open boletos
months-not-run = { $n ->
    [one] No invoices were made for { $sum }: the monthly run of that month was not begun.
   *[other] No invoices were made for { $sum }: the monthly runs of these months were not begun.
}
open-runs = Open the monthly run
open-invoices = Open invoices
boleto-overdue-state = Overdue
customers-in-debt = Only those who used more credit than they had, the deepest in debt first.
line-at-zero = Nothing left
near-zero = Customers near zero
near-zero-lately = Lately fallen below their threshold
near-zero-since = Since
chart-sold = Credit sold by day
chart-sold-nothing = Nothing was sold in these 30 days.
chart-all-used = Credit used by day
chart-all-used-nothing = Nothing was used in these 30 days.
chart-low = Customers near zero at the end of each day
chart-low-nothing = Nobody was near zero in these 30 days.
books-damaged = The books are damaged, seen { $time }: { $finding }. Keep the data folder as it is and run “saldo verify”.
books-not-verified = The books have not been verified since the program started.

## Console: support

search-console = Search name, e-mail, document, id or card
machine-times = Times on this page are the computer’s. The book’s clock was moved: it shows { $time }.
machine-times-of-refunds = Times of refunds are the computer’s. The book’s clock was moved: it shows { $time }.
search-hint = Type a name, an e-mail, a CPF or CNPJ, any id, the number of an invoice or boleto, or the last four digits of a card.
search-for = Found for “{ $words }”
search-nothing = Nothing was found. Ids must be complete; of names and e-mails a part is enough.
show-only = Show only
note = Note
note-missing = Say why, so that a colleague understands it later.
note-too-long = At most 500 characters.
payments = Payments
narrow-from = From
narrow-to = To
narrow-card = Last four digits of the card
narrow-wrong-day = Write the day as 2026-11-30.
narrow-backwards = This day lies before the first one.
narrow-wrong-card = Four digits, as 4242.
narrow-wrong-amount = Write the amount as 25.00.
copy-value = Copy: { $what }
payments-sum = { $n ->
    [one] One payment: { $paid } paid, { $back } given back, { $unpaid } not paid.
   *[other] { $n } payments: { $paid } paid, { $back } given back, { $unpaid } not paid.
 }
payments-sum-disputed = Of what was paid, { $amount } is disputed or was lost in a dispute.
payments-given-back = { $n ->
    [one] Credit given back by hand, once: { $back }.
   *[other] Credit given back by hand, { $n } times: { $back }.
 }
topups-sum = { $n ->
    [one] One recharge of { $amount }; { $credited } credited.
   *[other] { $n } recharges of { $amount } together; { $credited } credited.
 }
sum-of-newest = Only the newest { $rows } are added up, and a file holds no more: choose fewer days.
payments-text = Every attempt to pay, of all customers.
payments-none = No payment stands so.
payments-paid = Paid
payments-failed = Failed
payments-pending = Pending
payments-refunded = Refunded
payments-disputed = Disputed
payments-unmatched = Unmatched
payment = Payment
payment-of = Payment of { $amount }
payment-id = Payment ID
payment-at-stripe = Payment at Stripe
charge-at-stripe = Charge at Stripe
payment-entry = Entry that credited it
payment-taken-back = Credit taken back
payment-bought = Bought
payment-not-waiting = This payment waits for no credit: it was credited, or it went back or is on its way back. Nothing was booked.
payment-credit-asked = Credit for this payment has been asked for already. Nothing more was booked.
payment-refund-waits = A refund of this payment waits for the yes of a colleague: approve or reject that first. Nothing was booked.
payment-came = What came
payment-asked = What was asked for
credit-by-hand = Credit by hand
credited-payment = Payment that is credited
payment-unmatched-text = This was paid and has credited nothing: amount, currency or customer differ from what was asked. Compare it with Stripe, then refund it or give the credit by hand.
payment-unmatched-elsewhere = This was paid in a currency that the books do not have, and has credited nothing. Give it back at Stripe: from here it cannot be. Or give the credit by hand.
payment-being-taken-back = The credit of this payment is being taken back or returned.
topup = Top-up
topups = Top-ups
topups-text = What customers wished to pay at the payment page, and how it ended.
topups-none = No top-up stands so.
topup-of = Top-up of { $amount }
topup-id = Top-up ID
topup-session = Checkout at Stripe
topup-ends = Ends by itself
topup-ended = Ended
topup-attempts = Attempts to pay
topup-open = Open
topup-charging = The saved card is being charged
topup-paid = Paid, being credited
topup-credited = Credited
topup-cancelled = Cancelled
topup-expired = Expired
topup-free = Free by a coupon
topup-free-text = A coupon took the whole amount on Stripe’s page: nothing was paid, so nothing was credited. The customer was told that his balance has not changed. Give him the credit if that is what the coupon was for.
topup-withheld = Came otherwise than asked
topup-withheld-text = Money came for this that is not what was asked: another amount or currency, or of another customer. Nothing was credited, and the customer was told that it is looked at. Give it back at Stripe, or give credit for it by hand on the page of the payment below.
topup-failed = Failed
topup-ask-again = Ask Stripe again
topup-ask-again-text = Reads the checkout and its payment from Stripe, as its webhook would have done. What was paid is credited once, however often this is pressed.
topup-was-read = Stripe was asked: this is how it stands.
purchase = Purchase
inbox = Webhook inbox
inbox-text = What Stripe and the Pix provider told us, as it came, and what became of it.
inbox-none = No webhook stands so.
inbox-event = Event
inbox-event-id = Event ID
inbox-from = From
inbox-received-at = Received at
inbox-attempts = Times worked on
inbox-next-attempt = Next try
inbox-said = What came of it
inbox-raw = As it came
inbox-received = To be worked on
inbox-processed = Processed
inbox-ignored = Ignored
inbox-failed = Failed
inbox-replay = Replay
inbox-replay-text = Works on this event once more, by the same path as when it came. What it tells of is read again, so nothing is booked twice.
inbox-was-replayed = The event is being worked on again.
refund-payment = Refund
refund-paid = Paid
refund-given-back = Given back
refund-left = May still be given back
refund-amount = Amount to give back
refund-look = Show what it takes
refund-takes = What it takes of the credit
refund-from-grant = From what is left of this payment’s credit
refund-from-expired = From what of it had expired
refund-debt = Already used: becomes debt
refund-debt-warning = The customer will owe { $amount }, which the next credit pays first.
refund-no-credit = This payment bought no credit that the books know: only the money goes back.
refund-reason = Reason told to Stripe
refund-no-reason = None of these
refund-requested = The customer asked for it
refund-duplicate = Paid twice
refund-fraudulent = Somebody else’s card
refund-confirm = Refund { $amount }
refund-bad-amount = The amount must be above zero and at most { $left }.
refund-amount-missing = Type how much goes back: at most { $left }.
refund-another-open = Another refund of this payment is on its way: wait until Stripe has answered it.
refund-changed = Something was given back in the meantime: { $left } is left. Look at what it takes now, and confirm again.
refund-at-stripe = This currency is none of the books’: give it back at Stripe. Once that is done, it stands here.
refund-nothing-left = There is nothing left to give back.
refund-made = { $amount } is on its way back to the customer.
refund-sent = The refund of { $amount } is written down. Stripe has not answered yet; it is asked again until it does.
refund-refused = Stripe refused the refund: { $words }
refund-order-open = Waits for Stripe
refund-order-made = Sent
refund-order-refused = Refused
refund-order-failed = Came back
refund-was-asked = The refund of { $amount } waits for a colleague who may approve it. Nothing has gone back yet.
refund-was-rejected = The refund was rejected. Nothing has gone back.
refund-was-taken-back = The request for the refund was taken back. Nothing has gone back.
refund-waits = { $name } asks for a refund of { $amount }. It waits for the yes of a colleague; nothing has gone back yet.
refund-approve = Approve the refund of { $amount }
refund-approve-text = Stripe is asked at once, and the credit that this payment bought is taken back.
refund-reject-text = Nothing goes back. Whoever asked sees it here.
refund-failed-text = A refund of { $amount } could not be paid out: the money came back, and the customer has his credit again. Agree with him on another way.
refund-resolve = Dealt with
refund-resolve-text = The customer knows, and has { $amount } another way or keeps the credit. It no longer stands among what needs a person.
refund-held-by-bank = The customer’s bank holds this money while the dispute is open. Nothing can be refunded; answer the dispute at Stripe.
refund-another-waits = Another refund of this payment waits for a colleague’s yes. Approve or reject that one first.
refund-credit-waits = Credit for this payment was asked for and is not booked yet: approve or reject that first. Nothing has gone back.
refund-limit = Above { $limit }, in one refund or within a day, a colleague who may approve must say yes.
refund-takes-data = The data of this pack
refund-data-left = Not used yet: can be taken
refund-data-expired = Had ended before: nobody had it
refund-data-used = Already used: stays used, and nothing is owed
refund-data = Data of the pack
refund-data-take = Take the data back
refund-data-take-text = { $quantity } are taken now. If the refund does not arrive, they come back.
refund-data-leave = Leave the data
refund-data-leave-text = Only the money goes back.
refund-no-data-bought = This payment bought no data that could be left. Look at what it takes, and confirm again.
refund-data-choose = Choose whether the data is taken back or left.
payment-data-taken = Data taken back
payment-data-held = Data held back until the bank decides
payment-data-taken-of = { $taken } of { $quantity }
refund-leaves-data = Data left
refund-of-payment = Refund of a payment
refunds-came-back = Refunds that came back
refunds-failed = { $n ->
    [one] 1 refund came back: a customer has not got his money.
   *[other] { $n } refunds came back: customers have not got their money.
}
decided-by-name = decided by { $name }, { $time }
taken-back-time = taken back { $time }
request-decided = Somebody else had decided before: what stands here is how it ended. What you pressed changed nothing.
reject-reason-missing = Say why, in one line of up to 200 characters: whoever asked is told. Nothing was decided.
rejected-because = Rejected because
mail-request-rejected-subject = { $brand }: { $amount } that you asked for was rejected
mail-request-rejected-body =
    Hello { $name },

    a colleague said no to { $amount } that you asked for:

    { $why }

    It stands here: { $url }
note-unprintable = The note holds characters that cannot be printed. Write it in one line.
mail-checkout-free-subject = { $brand }: a coupon took the whole amount of { $amount }
mail-checkout-free-body =
    Hello { $name },

    a coupon took the whole amount of { $amount } on the payment page. Nothing was paid, so no credit was added: your credit balance has not changed. If you expected credit, please write to our support.

    To pay without the coupon: { $url }
mail-checkout-free-purchase-body =
    Hello { $name },

    a coupon took the whole amount of { $amount } on the payment page. Nothing was paid, so nothing was bought. If you expected it, please write to our support.

    To buy without the coupon: { $url }
mail-refund-subject = { $brand }: { $amount } goes back to you
mail-refund-body =
    Hello { $name },

    we have refunded { $amount } to what you paid with{ $card }. Banks take up to ten days to show it. The credit that it bought was taken back.

    Your payments: { $url }
mail-refund-data-body =
    Hello { $name },

    we have refunded { $amount } to what you paid with{ $card }. Banks take up to ten days to show it. What was left of the data that it bought goes with it; what you have used costs nothing.

    Your payments: { $url }
mail-refund-data-left-body =
    Hello { $name },

    we have refunded { $amount } to what you paid with{ $card }. Banks take up to ten days to show it. Your data stays as it is.

    Your payments: { $url }
mail-refund-failed-subject = { $brand }: your refund of { $amount } could not be paid out
mail-refund-failed-body =
    Hello { $name },

    your bank did not take the { $amount } that we refunded. The credit is yours again. We will get in touch about another way.

    Your payments: { $url }
mail-refund-failed-data-body =
    Hello { $name },

    your bank did not take the { $amount } that we refunded. The data that went with it is yours again. We will get in touch about another way.

    Your payments: { $url }
mail-refund-failed-data-left-body =
    Hello { $name },

    your bank did not take the { $amount } that we refunded. We will get in touch about another way.

    Your payments: { $url }
mail-refund-failed-staff-subject = { $brand }: a refund of { $amount } came back
mail-refund-failed-staff-body =
    The refund of { $amount } to { $name } could not be paid out. The credit was given back; the customer was told that the money does not come.

    Deal with it here: { $url }
refunds-ordered = Refunds ordered here
claims = Refunds and disputes at Stripe
claim-refund = Refund of { $amount }
claim-dispute = Dispute over { $amount }
claim-answer-until = answer until { $time }
claim-answer-passed = the deadline passed on { $time }
claim-since = stands so since { $time }
claim-reason-bank-cannot-process = the bank could not process it
claim-reason-check-returned = a check was returned
claim-reason-credit-not-processed = a promised refund did not come
claim-reason-customer-initiated = the customer asked his bank
claim-reason-debit-not-authorized = the customer says that he had not allowed the charge
claim-reason-duplicate = charged twice
claim-reason-fraudulent = the cardholder says that he did not pay
claim-reason-general = no reason told
claim-reason-incorrect-account-details = wrong account details
claim-reason-insufficient-funds = not enough money
claim-reason-noncompliant = against the rules of the card network
claim-reason-product-not-received = what was bought did not come
claim-reason-product-unacceptable = what was bought was not as described
claim-reason-subscription-canceled = charged after it was cancelled
claim-reason-unrecognized = the cardholder does not recognise the charge
claim-reason-other = reason at Stripe: { $code }
refund-reason-requested = the customer asked for it
refund-reason-duplicate = paid twice
refund-reason-fraudulent = somebody else’s card
refund-reason-never-collected = it was never collected
refund-reason-disputed = the payment is disputed
refund-reason-declined = the bank declined it
refund-reason-card-over = the card has expired or was cancelled
refund-reason-card-gone = the card was lost or stolen
refund-reason-taken-back = stopped on request
refund-reason-unknown = the bank did not say why
dispute-answer-by = Answer by { $time }.
dispute-deadline-passed = The deadline passed on { $time }.
claim-pending = On its way
claim-succeeded = Given back
claim-failed = Failed: the money is back
claim-inquiry = The bank asks
claim-open = Open: the bank holds the money
claim-won = Won
claim-lost = Lost
claim-closed = Closed without loss
credit-requests = Credit given and taken
credit-requests-text = What staff gave and took. Above { $limit } somebody else of staff must approve.
credit-requests-none = Nothing stands so. Credit is given or taken on a customer’s page.
give-or-take-credit = Give or take credit
credit-direction = What to do
credit-give = Give credit
credit-take = Take credit away
credit-limit-hint = In { $unit }. Above { $limit } it waits for somebody else of staff; what you have given within a day counts.
credit-note-hint = Staff read this; the customer does not.
credit-expires = Expires
choose-one = Choose one of these.
credit-whose = { $name } has { $balance } of credit now.
credit-for-payment = Give credit for this payment
credit-for-payment-whose = { $paid } came by { $payment } and credited nothing. { $name } has { $balance } of credit now. With what you give, the payment counts as credited and reconciliation as settled; if it goes back later, that credit stays until you take it.
credit-for-payment-asked = { $asked } was asked for.
credit-expires-hint = The last day as 2026-12-31. Left empty, it does not expire.
credit-expires-in-past = This day is over.
credit-expires-no-day = Write the day as 2026-12-31.
credit-expires-too-far = This day is too far away. Leave it empty for credit that does not expire.
credit-too-much = At most { $most } at once.
credit-expires-with-take = Only credit that is given expires.
credit-above-left = That is more than what is left of this payment. Nothing was booked.
credit-bad-amount = Type an amount above zero.
credit-correction = Correction
credit-goodwill = Goodwill
credit-opening-balance = Opening balance
credit-misuse = Use that was not meant to be paid
credit-of = Credit of { $amount } by staff
credit-waiting = Waits for approval
credit-approved = Being booked
credit-booked = Booked
credit-rejected = Rejected
credit-taken-back = Taken back
credit-refused = Refused by the books
credit-not-available = So much credit was not available any more.
credit-refused-code = The books refused it: { $code }.
credit-was-asked = The request was written down. Nothing is booked until somebody else of staff approves it.
credit-was-booked = It is booked.
credit-own-request = You asked for this: somebody else of staff must approve it.
credit-approve = Approve
decide-see = Look and decide
approve-of = Approve { $amount }, { $name }
credit-waits-for-others = Waits for a colleague who may approve.
credit-approve-text = Books it at once, under your name and the name of whoever asked.
credit-reject = Reject
credit-take-back = Take the request back
credit-reject-text = Nothing is booked.
requested-by = Asked by
decided-by = Decided by
taken-back-at = Taken back on
timeline = What happened
timeline-empty = Nothing has happened yet.
timeline-balance = balance { $balance }
timeline-payment = Payment of { $amount }, { $method }
timeline-mail = E-mail: { $subject }
timeline-deleted-at-stripe = Deleted at Stripe, with the saved cards. The next payment makes the customer there anew; what was paid stays.
receipt-send-again = Send receipt again
receipt-send-again-text = Mails the receipt to the customer and to each of his logins with an address.
receipt-sent = { $n ->
    [0] Nobody has an address to which the receipt could be sent.
    [one] The receipt was sent to { $n } address.
   *[other] The receipt was sent to { $n } addresses.
}
invitation-sent = The invitation was sent once more.
invite-again = Send invitation again
open-payments = Open payments
open-requests = Open requests
open-inbox = Open webhooks
all-clear = All clear.
payments-unmatched-need = { $n ->
    [one] { $n } payment was paid and has credited nothing.
   *[other] { $n } payments were paid and have credited nothing.
}
disputes-due = { $n ->
    [one] { $n } dispute waits for an answer to the bank. { $sum }
   *[other] { $n } disputes wait for an answer to the bank. { $sum }
}
approvals-waiting = { $n ->
    [one] { $n } request for credit waits for a second pair of eyes.
   *[other] { $n } requests for credit wait for a second pair of eyes.
}
webhooks-failed = { $n ->
    [one] { $n } webhook could not be worked on.
   *[other] { $n } webhooks could not be worked on.
}

## Mails

mails-text = What was written to customers, newest first.
mails-text-kept = What would have been sent to customers, newest first. No mail server (SMTP) is configured, so it is kept here.
mails-empty = No mail yet. Ask for a new password on the sign-in page, and its mail will be here.
mail-sent = sent
mail-waiting = waiting to be sent
mail-stuck = could not be sent
mail-kept = kept here: no SMTP configured
all-mails = All mails
mail-invitation-subject = Your account with { $brand }
mail-invitation-body =
    Hello { $name },

    { $brand } has opened an account for you. Choose your password here:

    { $url }

    The link works once, until { $until }.
    If you did not expect this mail, you can ignore it.
mail-credit-added-subject = { $amount } was added to your credit with { $brand }
mail-credit-added-body =
    Hello { $name },

    We received your payment. { $amount } was added to your credit with { $brand }.
    Your credit balance is now { $balance }.

    All payments: { $url }
mail-low-subject = Your credit with { $brand } is low: { $available }
mail-low-body =
    Hello { $name },

    { $available } of your credit with { $brand } is available, less than { $threshold }.

    Add credit: { $url }
mail-expiring-subject = { $amount } of your credit expires on { $date }
mail-expiring-body =
    Hello { $name },

    { $amount } of your credit with { $brand } expires on { $time }. Until then it is used before credit that lasts longer.

    Your credit: { $url }
mail-way-out = Which of these notices you get, you choose here: { $url }
mail-receipt-line = Receipt { $number }: { $url }
mail-receipt-subject = Receipt { $number } of { $brand }
mail-receipt-body =
    Hello { $name },

    Here is receipt { $number } of your payment of { $amount } to { $brand }:
    { $url }
mail-automatic-hello = Hello { $name },
mail-automatic-charged-subject = Automatic top-up: { $amount } was charged to { $card }
mail-automatic-charged-news = Your credit with { $brand } was running low, and { $amount } was charged to { $card } as you had agreed. Your credit balance is now { $balance }.
mail-automatic-paused-subject = Automatic top-up is paused: { $card } was declined
mail-automatic-paused-news = { $brand } tried to charge { $amount } to { $card } and did not get it. { $why } The next attempt is after { $until }.
mail-automatic-stopped-subject = Automatic top-up has stopped
mail-automatic-stopped-news = { $brand } tried to charge { $amount } to { $card } and did not get it. { $why } Nothing more is charged until you choose another card or turn it on again.
mail-automatic-card-removed-news = { $card } is not saved any more, so { $brand } tops your credit up no more. Choose another card to go on.
mail-automatic-link-subject = Your bank wants you to confirm { $amount }
mail-automatic-link-news =
    { $brand } tried to charge { $amount } to { $card }, and the bank wants you to confirm it yourself. Pay here until { $until }:

    { $page }

    Automatic top-up has stopped; after paying you can turn it on again.
mail-automatic-capped-subject = Automatic top-up: a limit is reached
mail-automatic-day-money = Your credit with { $brand } is low, and no more is charged to { $card } today: your limit of { $amount } in a day is reached. It goes on after { $until }.
mail-automatic-day-count = Your credit with { $brand } is low, and { $card } is not charged again today: your number of charges in a day is reached. It goes on after { $until }.
mail-automatic-month-money = Your credit with { $brand } is low, and no more is charged to { $card } this month: your limit of { $amount } in a month is reached. It goes on after { $until }.
mail-automatic-month-count = Your credit with { $brand } is low, and { $card } is not charged again this month: your number of charges in a month is reached. It goes on after { $until }.
mail-automatic-see = Automatic top-up, to change it or turn it off: { $url }
mail-usage-hello = Hello { $name },
mail-usage-subject = { $percent }% of the allowance of { $line } is used
mail-usage-news = { $percent }% of the allowance of your line { $line } is used. { $left } are left until { $until }.
mail-usage-over-subject = The allowance of { $line } is used up
mail-usage-over-news = The allowance of your line { $line } is used up. The next one begins after { $until }.
mail-usage-pack-subject = { $percent }% of the credit bought for { $line } is used
mail-usage-pack-news = { $percent }% of the credit that you bought for your line { $line } is used. { $left } are left until { $until }.
mail-usage-pack-over-subject = The credit bought for { $line } is used up
mail-usage-pack-over-news = The credit that you bought for your line { $line } is used up. The next allowance begins after { $until }.
mail-usage-buy = To go on at full speed, buy credit with { $brand }: { $url }
mail-usage-buy-later = When it is used up, you can buy credit here: { $url }
mail-usage-see = Your usage by day: { $url }
mail-owed-hello = Hello { $name },
mail-invoice-subject = Invoice no. { $number } of { $brand }: { $amount }, due { $due }
mail-invoice-news = Your invoice no. { $number } of { $brand } is ready: { $amount }, due { $due }.
mail-invoice-payable-subject = The boleto of invoice no. { $number } can be paid: { $amount }, due { $due }
mail-invoice-payable-news = The boleto of your invoice no. { $number } of { $brand } can be paid now: { $amount }, due { $due }.
mail-invoice-overdue-subject = Invoice no. { $number } of { $brand } is overdue
mail-invoice-overdue-news = Your invoice no. { $number } of { $brand }, { $amount }, was due { $due }, and we have not heard of its payment.
mail-boleto-payable-subject = Your boleto of { $brand }: { $amount }, due { $due }
mail-boleto-payable-news = The boleto of the credit that you bought from { $brand } ({ $quantity }) can be paid now: { $amount }, due { $due }.
mail-boleto-overdue-subject = A boleto of { $brand } is overdue
mail-boleto-overdue-news = The boleto of the credit that you bought from { $brand } ({ $quantity }), { $amount }, was due { $due }, and we have not heard of its payment.
mail-awaits-bank = Its boleto is being registered at the bank. We will write again as soon as it can be paid.
mail-linha-digitavel = Linha digitável, to pay in any bank’s app:
mail-invoices-see = Your invoices, with boleto as PDF: { $url }
mail-paid-already = If you have paid already, you need not do anything: a bank tells us of a payment within two working days.
mail-blocked-subject = Your line { $line } is blocked
mail-blocked-news = Your line { $line } of { $brand } is blocked because something is overdue.
mail-blocked-pay = Your invoices can still be reached; as soon as the payment is confirmed, the line works again by itself: { $url }
mail-blocked-pay-pix = Your invoices can still be reached; pay there by Pix, and the line works again at once, or by boleto, and it does as soon as the bank confirms: { $url }
mail-blocked-trust = { $n ->
    [one] You need more time? On the same page you can unblock the line on trust for 1 day, once in a cycle.
   *[other] You need more time? On the same page you can unblock the line on trust for { $n } days, once in a cycle.
}
mail-enabled-subject = Your line { $line } works again
mail-enabled-news = Your line { $line } of { $brand } was unblocked and works again.
mail-enabled-until = What is overdue must be paid until { $until }; otherwise the line is blocked again.
mail-reset-subject = Your new password for { $brand }
mail-reset-body =
    Hello { $name },

    Somebody, probably you, asked for a new password for { $brand }. Choose it here:

    { $url }

    The link works once, until { $until }.
    If it was not you, you need not do anything: your password stays as it is.

## Demo

sandbox = Sandbox
demo-clock = Demo clock
advance-hour = Advance 1 hour
advance-day = Advance 1 day
faults = Faults
fault-on = on
faults-legend = What goes wrong with the payment provider
fault-late = Webhooks come late
fault-twice = Webhooks come twice
fault-held = Nothing is confirmed: no webhooks, no answers
fault-reordered = Webhooks come out of order
fault-lost = The next webhook is lost
fault-failing = The next call fails, with nothing done
fault-unheard = The next call is done, but its answer is lost
fault-declined-late = Cards seem to pay and are declined later
fault-saved-declined = Saved cards are declined in automatic top-up
router-faults-legend = What goes wrong with the router
fault-router-twice = Each report comes twice
fault-router-lost = Every second report is lost on its way
fault-router-overtaken = Each report is overtaken by the next
fault-router-deaf = It does not answer when told to change a speed
bank-legend = What the bank does
fault-bank-waits = Boletos wait until they are registered by hand
bank-pay-once = Pay open boletos
bank-pay-twice = Pay them twice
faults-set = Apply
strip-sandbox = Refunds, disputes and more at the sandbox
demo-reset = Reset
demo-reset-ask = Begin the demo anew?
demo-reset-text = Everything done here is thrown away: customers, payments, mails, the clock. Logins and API keys stay the same, so lines you have copied still work.
demo-reset-yes = Yes, begin anew
demo-reset-no = Keep everything
demo-title = Demo
demo-headline = Prepaid credit that is right to the cent, live.
demo-text = Everything here is the real program with sample customers; a sandbox plays Stripe, the router and the bank. Break what you like.
api-company = API company
api-company-text = Sells calls by prepaid credit: $0.25 for each hour of activity. Cards by Stripe’s hosted page, balance live.
open-as-customer = Open as customer
open-as-staff = Open as staff
demo-line = API customer
demo-lines = What is left, live
demo-data-line = { $name }’s data
spend-data = Use it up in half a minute
spend-data-text = The router reports what is used; at zero it slows the line down.
password-of-all = Password of all three:
curl-text = Run this line, and the number moves at once:
copy-curl = Copy the command
checklist = Both stories, step by step
sandbox-link = Sandbox that plays Stripe
router-link = Router with its subscribers
bank-link = Bank that takes boletos
step-done = done
step-1 = Sign in as the customer, open Billing, select Recharge.
step-2 = A new customer’s credit balance reads $25.00.
step-3 = Make a call: Pending shows $0.25, Available $24.75. Advance 1 hour: the balance reads $24.75.
step-4 = Press Add to Credit Balance: the payment page opens.
step-5 = Pay with 4242 4242 4242 4242: a popup confirms the payment.
step-6 = Credit details has a row with Status Success.
step-7 = The balance has grown by exactly the amount paid.
step-8 = Add again: the payment page shows the saved card, already chosen.
step-9 = Pay with a different card, such as 5555 5555 5555 4444.
step-10 = The second row names the new card.
step-11 = The balance has grown again by exactly the amount.
step-12 = Pay with 4000 0000 0000 0002: a row with Status Failure tells why.
step-13 = The declined card has not changed the balance.
when-it-goes-wrong = When something goes wrong
staff-step-1 = As staff, refund part of a payment: the customer’s page says Partly refunded.
staff-step-2 = On the sandbox’s payments page, let a bank dispute a payment.
staff-step-3 = Open the webhook inbox and work on an event again: nothing is booked twice.
staff-step-4 = Give more than $50.00 of credit; a colleague whom you invite approves it.
staff-step-5 = View the portal as the customer: everything is seen, nothing can be changed.
staff-step-6 = As the customer, turn on automatic top-up and spend: the card is charged by itself.
data-step-1 = Open as the subscriber at zero: Buy Credit opens, with the plan chosen.
data-step-2 = Open as the blocked one: the page says why the plan is not offered.
data-step-3 = Open as the one with plenty left: a red sentence says that the balance is positive.
data-step-4 = Use that data up with the button above: at zero the router slows the line down, and a credit can be chosen.
data-step-5 = Choose 10.0 GB: price, boleto, due date and the balance afterwards stand there before Buy.
data-step-6 = Press Buy: the credit is released at once, and the router restores the speed.
data-step-7 = Press F12 or Check: every number opens, and the formula gives the balance.
data-step-8 = Find the boleto under Invoices and pay it at the bank (Faults, or the bank’s page): it reads Paid.
data-step-9 = Buy by boleto, leave it unpaid and advance 1 day ten times: the line is Blocked. Use Unblock on trust in Invoices; once it is paid, the line stays Enabled.

## Invoices

invoices = Invoices
invoices-text = What you bought, what is to be paid, and what was paid.
boleto = Boleto
boletos = Boletos
boletos-empty = There are no boletos yet. A credit that you buy by boleto appears here.
data-credit = Data credit of { $quantity }
boleto-due = Due { $day }
boleto-registering = Being registered
boleto-registering-text = It can be paid once the bank has registered it; the digits to pay it appear here then.
boleto-rejected = Refused by the bank
boleto-rejected-text = The bank did not register this boleto. Please get in touch with { $brand }.
boleto-open = Open
boleto-open-text = Pay it at any bank: copy the digits below.
boleto-overdue = Overdue
boleto-overdue-text = It can still be paid at any bank; fine and interest are added when you pay.
boleto-paid = Paid
boleto-paid-text = The bank told us of the payment on { $day }.
boleto-paid-by-hand-text = The payment was written down on { $day }. Do not pay this boleto.
boleto-paid-twice = It was paid more than once: what was paid too much is kept by { $brand } as your credit.
boleto-written-off = Written off
boleto-written-off-text = It cannot be paid any more, and you owe nothing for it.
boleto-pdf = Boleto as PDF
boleto-second-copy = Second copy (PDF)
boleto-overdue-pix-text = It can still be paid: at any bank, which adds fine and interest, or by Pix, whose code asks for them too.
boleto-today = Paid today it comes to { $amount }.
received-payments = Payments received
received-as-credit = beyond what was owed: kept as your credit
own-credit = Credit in money: { $amount }
own-credit-text = Paid beyond what was owed. The next monthly run takes it off his invoice; what is given back here is not taken off any more.
own-credit-came = Paid too much, { $way }
own-credit-invoiced = Taken off invoice no. { $number }
own-credit-given-back = Given back, { $way }
own-credit-refused = not booked: the credit had been used otherwise
invoice-credit = Credit for what was paid too much
invoice-credit-again = Credit taken off before, which had been used otherwise
paid-by-card = by card
giving-back = Give credit back
giving-back-left = At most { $left }.
giving-back-whose = The credit is { $name }'s.
giving-back-bad-amount = Type an amount above zero, in whole cents.
giving-back-not-left = Only { $left } is left of this credit.
giving-back-done = Of this payment something was given back already. Nothing was changed.
giving-back-way = How it was given back
giving-back-way-hint = Send the money first, in your bank. Here it is only written down.
giving-back-choose = Choose one of the two.
giving-back-reason-hint = Why, and what proves it, as the id of the Pix. The subscriber reads it on Invoices.
given-back = The credit was given back.
timeline-purchase = Bought { $quantity } for { $price }
timeline-boleto = Boleto { $number } over { $amount }
timeline-invoice = Invoice no. { $number } over { $amount }
settlement-credit = Became credit
payment-way = Paid with
movement-invoiced = Credit taken off an invoice
movement-given-back = Credit given back
flow-invoiced = Credit taken off invoices
account-clearing-credit = Credit on its way to invoices
your-credit = Your credit: { $amount }
your-credit-text = It was paid beyond what was owed. { $brand } takes it off your next invoice by itself, or gives it back if you ask.
paid-by-pix = by Pix
paid-by-boleto = by boleto
paid-by-hand = written down by hand
boleto-still-owed = Still owed
boleto-still-owed-pix-text = This boleto is no longer valid and cannot be paid at a bank, but the amount is still owed. Pay it by Pix here, or get in touch with { $brand }.
boleto-still-owed-text = This boleto is no longer valid and cannot be paid at a bank, but the amount is still owed. Get in touch with { $brand } to pay it.
boleto-paid-by-pix = Paid by Pix
boleto-paid-by-pix-text = It was paid by Pix on { $day }. Do not pay this boleto.
pay-by-pix = Pay by Pix
card-payments = Card payments
pix-qr = QR code of the Pix
pix-how = Open your bank’s app, choose Pix and scan the QR code, or copy the code and paste it under “Pix copia e cola”.
copy-pix = Copy the Pix code
pix-until = Pay until { $time }. The payment appears on this page as soon as it arrives.
pix-coming = The Pix code is being made; it appears here in a moment.
pix-expired = The time of this Pix is over and it was not paid: nothing was charged. You may choose again. If you have paid, the credit is released as soon as the bank confirms it.
purchase-given-up = This purchase was cancelled before it was paid: nothing was charged. You may choose again.
purchase-given-back = { $amount } given back: { $quantity } taken back
purchase-given-back-in-part = { $amount } given back: { $quantity } taken back, { $kept } kept
purchase-given-back-data-stays = { $amount } given back: no data was taken
purchase-contested = Contested at the bank: { $quantity } taken until it decides, and set back if the payment stands
purchase-contested-data-stays = Contested at the bank: no data was taken
purchase-contest-lost = Contested at the bank, which took the payment back: { $quantity } taken back
purchase-contest-lost-data-stays = Contested at the bank, which took the payment back: no data was taken
purchase-contest-won = Contested at the bank, which decided that the payment stands: no data is taken
card-waits = This purchase waits for its payment by card, on the secure payment page.
payment-being-confirmed = The payment has arrived and is being confirmed; the confirmation appears on this page.
card-go-on = Go to the payment
give-up = Cancel purchase
copy-linha-digitavel = Copy the linha digitável
next-invoice = Next invoice
next-invoice-text = Bought and already released; your next invoice collects it.
monthly-invoices = Invoices of the month
invoice-of-month = { $month } · invoice { $number }
invoice-lines = What is on it
invoice-pdf = Invoice as PDF
invoice-paid-text = Paid on { $day }.
invoice-fee = Plan { $plan }
invoice-month-title = Invoice { $number }
next-invoice-due = It will be due on { $day }.
line-is-overdue = { $line } is blocked because something is unpaid.
trust-unblock = Unblock on trust
trust-ask = It can be used once in a cycle. It works again at once, until { $time }; if nothing was paid by then, it is blocked again. Use it now?
trust-yes = Yes, unblock now
trust-used-text = It was unblocked on trust in this cycle already. It works again as soon as the payment is confirmed.
line-on-trust = { $line } works on trust until { $time }.
line-on-trust-text = Pay until then and it stays so.
trust-offer = { $n ->
    [one] Pay below, and it works again as soon as the payment is confirmed. Or unblock it for 1 day, once in a cycle.
   *[other] Pay below, and it works again as soon as the payment is confirmed. Or unblock it for { $n } days, once in a cycle.
}
bought-on = Bought on { $day }

## Buying credit for a line

buy-credit = Buy Credit
buy-credit-text = More data for your plan, released at once
consumption = Usage
consumption-of-data = Data usage
plan = Plan
credit = Credit
choose = Choose…
choose-plan = Choose a plan to see its balance and the credit you can buy.
choose-credit = Choose a credit first.
no-lines = No plan is in service for you yet. Ask your provider.
lines-not-offered = { $n ->
    [one] One of your plans is not in the list: see why
   *[other] { $n } of your plans are not in the list: see why
}
line-is-slowed = The speed is reduced now; it comes back as soon as there is credit.
line-is-walled = Only the provider's own pages open now; the internet comes back as soon as there is credit.
line-is-cut = Access is blocked now; it comes back as soon as there is credit.
no-line-can-buy = No credit can be bought for your plans
line-is-cancelled = This plan was cancelled.
line-is-blocked = This plan is blocked. If something is overdue, paying it releases the plan; otherwise ask your provider.
line-blocked-overdue = This plan is blocked because something is overdue. It works again as soon as that is paid.
line-blocked-by-provider = This plan is blocked by your provider. Please ask your provider.
exactly-in-bytes = Exactly, in bytes: { $formula }
plan-does-not-support = This plan does not support the purchase of credit.
line-has-no-login = This plan has no access login yet. Ask your provider.
line-allowance = Allowance
line-bought = Credits bought this month
line-balance = Current balance
purchases-count = { $n ->
    [one] (1 purchase)
   *[other] ({ $n } purchases)
}
line-adjusted = Adjustments: { $quantity }
awaiting-payment = Awaiting payment: { $quantity }
overshoot = Overshoot: { $quantity }, taken from the next credit
balance-is-positive = You cannot buy credit because the selected plan has a positive balance.
gauge-used = { $used } of { $whole } used
usage-told = { $percent }% of the allowance was reached on { $time }.
usage-told-over = The allowance was used up on { $time }.
usage-told-pack = { $percent }% of the credit bought last was reached on { $time }.
usage-told-pack-over = The credit bought last was used up on { $time }.
cycle-dates = { $from } to { $until }
cycle-days-left = { $n ->
    [one] 1 day left
   *[other] { $n } days left
}
pack-too-small = does not bring the balance above zero
pack-limit = as often as possible this month
unpaid-limit = limit of unpaid credit reached
unpaid-limit-ways = With this purchase your provider's limit of unpaid credit would be passed: pay now, or pay first what is open.
purchase-is-awaiting = A purchase of yours awaits its payment, see below. Its credit is released once it is paid.
charging = How it is charged
by-boleto = Boleto
by-next-invoice = Next invoice
by-pix = Pix
by-card = Card
charge-by-boleto = { $quantity } of credit cost { $price } and will be charged by boleto, due { $due }.
charge-by-next-invoice = { $quantity } of credit cost { $price } and will be charged on the next invoice, due { $due }.
charge-by-pix = The credit of { $quantity } costs { $price } and will be charged by Pix: the code holds for { $minutes } minutes.
charge-by-card = The credit of { $quantity } costs { $price } and will be charged to your card, on the secure payment page.
released-at-once = It is released at once.
released-on-payment = It is released when it is paid.
balance-after-purchase = Balance after the purchase
buy = Buy
refused-already-bought = Something was bought for this plan since this page was opened. Nothing was bought a second time: below you see how the plan stands now.
refused-pack-changed = Price or quantity of this credit have changed. Nothing was bought: look at it again before you buy.
refused-pack-gone = This credit is not sold in this way any more. Nothing was bought: choose again.
purchase-confirmed = Purchase confirmed
purchase-released = { $quantity } were released. Your current balance is { $balance }.
purchase-awaits = { $quantity } will be released as soon as the payment is confirmed.
newest-purchase = { $quantity } for { $price }
purchase-registered = Purchase registered
credit-released = Credit released
credit-awaits-card = Waits for the payment by card
credit-awaits-pix = Waits for the Pix
credit-awaits-boleto = Waits for the payment of the boleto
credit-awaits-boleto-or-pix = Waiting for the Pix or the boleto to be paid
credit-awaits-invoice = Waits for the payment of the next invoice
credit-awaits-confirmation = Payment being confirmed
boleto-coming = The boleto is being made
invoice-waits = Stands on the next invoice
see-invoices = See it in Invoices
bought-by-boleto = The boleto stands in Invoices, with the digits to pay it and its PDF.
bought-by-boleto-registering = The bank is still registering the boleto. Once it has, the digits to pay it and its PDF stand in Invoices.
bought-on-invoice = It is charged on your next invoice; see what stands on it in Invoices.
unpaid-purchases = Waiting for payment
speed-restored = Speed restored
speed-waits = Speed: waiting for the router to confirm
speed-late = The router has not confirmed your speed within 3 minutes. Your provider has been told; your credit is safe.
speed-full = Speed was not lowered
at-once-after = together with the purchase
at-once-after-payment = together with the payment
seconds-after = { $seconds } s after the purchase
minutes-after = { $minutes } min { $seconds } s after the purchase
minutes-after-payment = { $minutes } min { $seconds } s after the payment
seconds-after-payment = { $seconds } s after the payment
check = Check
check-plan = Plan name
check-allowance = Monthly allowance of the plan
check-bought = Total credit bought this month
check-outside = Total used outside the allowance
check-inside = Total used (allowance + bought credit)
check-total = Total used
check-carried = Carried balance
check-adjustments = Adjustments
check-balance = Current balance available
check-nothing = Nothing yet.
zero-rated-entry = { $name }, outside the allowance
zero-rated-unnamed = Zero-rated service
term-allowance = Monthly allowance
term-bought = Total credit bought this month
term-outside = Total used outside the allowance
outside-free = in free hours
outside-restricted = while access was restricted
outside-free-or-restricted = in free hours, or while access was restricted
term-total = Total used
term-balance = Current balance

## What a line used

consumption-text = What your plan used in this cycle, by day, against its allowance.
consumption-by-day = By day
consumption-outside = Outside the allowance: { $quantity }, which did not lower the balance.
consumption-zero-rated = { $name }, outside the allowance: { $quantity }
consumption-empty = Nothing was used in this cycle yet.
chart-data-by-day = Used by day
chart-data-most = Most was used on { $span }: { $amount }.
chart-data-nothing = Nothing was used.
used-data = Used
movement-allowance = Allowance
movement-pack = Credit bought
movement-traffic = Used
movement-zero-rated = Zero-rated use given back
movement-forgiven = Overshoot ended with its cycle
boleto-paid-elsewhere = Was it paid at the counter or in another way? Then do not cancel it:
movement-write-off = Purchase written off

internet-provider = Provedor de internet
internet-provider-text = An internet provider in Brazil: subscribers buy more data when their allowance is used up, by Pix, card, boleto or on the next invoice.
subscriber-with-plenty = plenty left
subscriber-at-zero = at zero
subscriber-blocked = blocked

## Console: plans and packs

settings-panel = Settings panel
plans = Plans and services
plans-text = What is sold by the month. A change holds for every line at once; an allowance changes with the next cycle.
plans-empty = No plan yet. Make the first one, then packs for it under Pack prices.
new-plan = New plan
plan-composition = Composition
plan-fee = Monthly fee
plan-fee-line = { $fee } a month
plan-allowance = Allowance
plan-allowance-in = Allowance of each cycle, in { $unit }
plan-carried-in = Unused allowance that lives one cycle longer, at most, in { $unit }
plan-carried-hint = Empty: the allowance ends with its cycle.
plan-supports-purchase = Supports credit purchases
plan-balance-in = Purchase allowed with a balance up to, in { $unit }
plan-balance-hint = 0: only when nothing is left.
plan-unpaid = Bought and not yet paid, at most
plan-unpaid-hint = In R$. Empty: no limit. What is released only once it is paid, as by Pix and card, does not count.
plan-at-zero = When nothing is left
plan-at-zero-hint = Slowing down is what the rules in Brazil expect, unless the contract says otherwise.
at-zero-slow = Slow down
at-zero-walled = Walled garden
at-zero-block = Block
plan-speed = Speed
plan-speed-hint = Upload/download as the router takes it, for example 10M/50M.
plan-slow-speed = Speed when slowed down
plan-slow-speed-hint = Written alike, for example 512k/1M.
plan-walled-list = Address list of the walled garden
plan-free = Free hours
plan-free-hint = For example 00:00-06:00, 22:00-23:00. Traffic in them does not lower the balance.
plan-zero-rated = Zero-rated services
plan-zero-rated-hint = For example WhatsApp, garden: the names under which your routers report them, with commas between. Their traffic does not lower the balance.
plan-services-none = No router has told of any service yet.
plan-services-seen = Routers have told of: { $services }.
plan-service-seen = { $name } (seen { $time })
plan-services-unseen = No router has told of this yet: { $services }. Check the name; until one does, it frees nothing.
plan-block = Days until an unpaid line is blocked
plan-block-hint = After the due day of a boleto or invoice. Empty: never.

## Month end

month-end = Month end
month-end-text = What customers’ credit was, and everything that moved it, added up from the journal.
month-end-making = The journal is being added up from its first row …
month-end-failed = The report could not be made: { $why }
month-end-so-far = This is not over: it is as of { $time }.
month-end-day = Or up to the end of a day
month-end-show = Show
month-up-to = From the first of the month to the end of { $day }
month-end-wrong-month = Choose a month of the list.
month-end-wrong-day = Write the day as 2026-11-17.
month-end-future = This day has not begun.
month-end-before-first = There were no books yet. Choose a later day.
month-end-compared-whole = Stripe was compared up to the end.
month-end-compared = Stripe was compared up to { $time }; what it moved after that is not in these figures yet.
payouts-matched = { $n ->
    [one] One payout of { $amount } is in the books.
   *[other] { $n } payouts of { $amount } together are in the books.
 }
payouts-open = { $n ->
    [one] One payout of { $amount } is not in the books yet.
   *[other] { $n } payouts of { $amount } together are not in the books yet.
 }
payouts-came-back = { $n ->
    [one] One payout of { $amount } did not arrive: its money is at Stripe again, in the books too.
   *[other] { $n } payouts of { $amount } together did not arrive: their money is at Stripe again, in the books too.
 }
payouts-none = No payouts in this time.
month-end-empty = Nothing had happened until then.
month-end-proof = Made of the journal up to row { $row }, hash { $hash }. “saldo month-end” prints the same on the server.
month-opening = At the beginning
month-closing = At the end
liability-by-age = By age of the credit
age-days = Given { $from } to { $until } days before
age-days-over = Given more than { $days } days before
used-beyond = Used beyond all credit
data-of-lines = Data of lines
accounts = Accounts
account = Account
accounts-text = Dr: more debits than credits. Cr: more credits than debits. All accounts together are zero.
debits = Debits
credits = Credits
balance-debit = { $amount } Dr
balance-credit = { $amount } Cr
chart-held = Customers’ credit at the end of each day
chart-held-most = Most on { $span }: { $amount }.
chart-held-nothing = Customers had no credit in this time.
flow-sold = Credit sold
flow-overpaid = Paid beyond what was owed
flow-brought-in = Brought from another system
flow-promotional = Promotional credit
flow-allowance = Allowances of plans
flow-corrected = Corrections and goodwill
flow-used = Used
flow-expired = Expired
flow-refunded = Refunded
flow-disputed = Disputed
account-wallets = Customers’ credit
account-clearing-stripe = Money at Stripe
account-revenue-usage = Earned by use
account-revenue-charge = Earned by charges
account-promotional = Credit given away
account-adjustment = Corrections and goodwill
account-breakage = Expired credit
account-allowance = Data given by plans
account-sold = Data sold
account-used = Data used
account-outside = Data used outside the allowance
account-receivable = Receivables
account-revenue-pack = Earned by packs
account-written-off = Written off
account-clearing-boleto = Money of boletos
account-clearing-pix = Money of Pix
account-clearing-hand = Money taken in another way
account-revenue-plan = Earned by plans’ fees
account-revenue-late-fee = Fines and interest
account-disputed = Held by disputes
account-fees-stripe = Stripe’s fees
account-payouts-stripe = Paid out by Stripe

## The monthly run

monthly-run = Monthly run
monthly-run-text = Each month one invoice for each subscriber: plans' fees, credit bought on the next invoice, and corrections, collected by one boleto.
next-run-text = { $count } subscribers will be looked at. The invoices will be due on { $due }.
next-run-from = The run can be begun from { $day } on.
begin-run = Make the invoices
begin-run-of = Yes, make the invoices of { $month }
begin-run-late = Make the invoices of { $month }
runs-missed = { $n ->
    [one] No run for { $months }
   *[other] No runs for { $months }
}
runs-missed-text = These fees are on no invoice. Begin with the oldest month.
runs-missed-hold = No run begins by itself until they are run, or you have said that they were billed elsewhere.
billed-elsewhere = Billed elsewhere before
first-month = First month billed here
first-month-hint = Months before it are not offered and not run. What was bought on the next invoice stays for the next run.
first-month-none = Every month in which lines with a fee were here
first-month-said = Months before { $month } were billed elsewhere.
run-passes-over = { $n ->
    [one] { $months } has no run yet. Once the invoices of { $month } are made, it can have none any more: its fees stay on no invoice.
   *[other] { $months } have no run yet. Once the invoices of { $month } are made, they can have none any more: their fees stay on no invoice.
}
begin-run-hint = They are sent to the bank with the next remittance and cannot be taken back together.
run-is-early = It is early for { $month }: its day is { $day }. What is bought until then goes to the invoice after it.
run-estimate = { $n ->
    [one] One invoice of { $total }, as things stand now.
   *[other] { $n } invoices, { $total } together, as things stand now.
}
run-estimate-many = What the invoices will come to cannot be added up here beforehand.
runs = Runs
due = Due
progress = Progress
run-done = Done
invoices-open = Open
invoices-paid = Paid
invoices-none = No invoice has been made yet.
total = Total
reason = Reason
adjustments-waiting = Corrections waiting for the next invoice
new-adjustment = New correction
adjustment-document = CPF or CNPJ of the subscriber
adjustment-direction = What the correction does
adjustment-adds = Adds to the invoice
adjustment-takes-off = Takes off the invoice
adjustment-reason-hint = The subscriber reads it on his invoice.
withdraw-adjustment = Withdraw
withdraw-adjustment-of = Withdraw the correction of { $name }
settle-by-hand = Paid in another way
settle-by-hand-text = For money that came outside the bank and Pix. The invoice and everything on it is paid, and the audit log keeps the reason.
settle-by-hand-button = Mark as paid
settle-needs-reason = Say why: 1 to 120 characters.
adjustment-bad-document = There is no subscriber with this CPF or CNPJ.
adjustment-bad-amount = The amount must be above zero, at most 1,000,000.00.
adjustment-bad-reason = The reason must have 1 to 120 characters.
adjustment-books = Nothing is booked now. The correction stands on the subscriber’s next invoice and is booked with it; until then it can be withdrawn. An invoice never goes below zero: the rest waits for the one after.

# Routers.
routers = Routers
routers-text = The devices that hold subscribers’ sessions. They report by RADIUS to UDP port { $port } here and take changes by CoA.
routers-text-off = No reports are taken: radius.accounting_listen is not set in the configuration.
routers-empty = No router yet. Add the first one, then let it send its RADIUS accounting here.
new-router = New router
change-router = Change router
router-address = IP address
router-address-hint = Where its RADIUS packets come from. Packets from elsewhere are dropped.
router-address-taken = Another router has this address already.
router-bad-address = This is not an IP address of one device, such as 192.0.2.7 or 2001:db8::7.
router-secret = RADIUS secret
router-secret-hint = The same as in the router: 8 to 128 letters, digits and signs. It is never shown again.
router-secret-kept = Left empty, the secret stays as it is. It is never shown.
router-no-secret = A new router needs the secret that it shares with this server.
router-bad-secret = A secret has 8 to 128 letters, digits and signs, without blanks or accents.
router-port = CoA port
router-port-hint = The UDP port at which it takes CoA and Disconnect: 3799 on most routers.
router-port-of = CoA port { $port }
router-bad-port = A port is a number from 1 to 65535.
router-services = Services told apart
router-services-hint = Where the router reports a service of its own (zero-rated in plans): whether the session’s own counters hold its bytes, too. With most routers they do.
router-services-included = Counted in the session, too
router-services-apart = Not counted in the session
router-remove = Remove
router-remove-one = Remove { $name }
router-remove-text = Its packets are dropped from then on. Old sessions keep its name.
router-remove-confirm = Remove the router
router-removed = The router was removed.
router-in-use = { $name } reports and has open sessions: they would not be counted any more. Move them first, or wait until it is silent.
router-state = State
router-seen = Last seen
router-sessions = Open sessions
router-unconfirmed = Changes not confirmed
router-reports = Reports
router-idle = No sessions
router-silent = Silent
router-silent-since = Silent since { $time }
router-never = Never reported
router-never-text = Check its address, its secret and where it sends accounting.
routers-silent = { $n ->
    [one] { $n } router with open sessions has not reported for more than 15 minutes.
   *[other] { $n } routers with open sessions have not reported for more than 15 minutes.
}
open-routers = Open routers

## Brand

brand = Brand
brand-text = What customers see of you, on every page, in mails and on papers. A change holds at once. What you leave empty is taken from the configuration file.
brand-name = Name
brand-colour = Colour
brand-support-email = Support e-mail
brand-support-phone = Support telephone
brand-terms-url = Address of your terms
brand-language = Default language
brand-legal = On receipts, invoices and statements
brand-legal-text = A receipt keeps what was said when it was given.
brand-legal-name = Legal name
brand-tax-id = Tax ID
brand-address = Address
brand-tax-line = Sentence about taxes
brand-zone = Time zone
brand-zone-text = Months, cycles and due days follow it, so it does not change under running cycles: set brand.time_zone in the configuration file and start again. Cycles under way keep the end they began with.
brand-source-file = From the configuration file ({ $setting }): { $value }
brand-source-bank = From your bank account in the configuration file: { $value }
brand-source-name = The name above: { $value }
brand-source-nowhere = Not set, neither here nor in the configuration file ({ $setting }).
brand-source-here = Set here.
brand-source-instead = Set here, in place of: { $value }
brand-language-of-file = As in the configuration file: { $language }
brand-saved = The brand was saved. Customers see it from now on.
brand-check-colour = Check the colour
brand-adjusted = Adjusted
brand-no-colour = The program’s own green is seen. Type a colour like #0b6e4f to see what becomes of it.
brand-letters-white = Buttons have { $colour } as it is, with white letters: { $contrast }.
brand-letters-black = Buttons have { $colour } as it is, with black letters: { $contrast }.
brand-light-own = Links on light pages have it as it is: { $contrast }.
brand-light-adjusted = { $own } is too pale for links on light pages: { $before }, and text needs 4.5 : 1. They have the darker { $colour }: { $contrast }.
brand-dark-own = Links on dark pages have it as it is: { $contrast }.
brand-dark-adjusted = { $own } is too dark for links on dark pages: { $before }, and text needs 4.5 : 1. They have the lighter { $colour }: { $contrast }.
brand-logo = Logo
brand-no-logo = No logo yet: the program’s own mark is seen.
brand-logo-on-light = The logo on a light page
brand-logo-on-dark = The logo on a dark page
brand-logo-file = Picture
brand-logo-hint = A PNG with 32 to 1024 pixels a side and at most 256 KiB, best on a transparent ground. At twice as wide as high or more it stands alone, without the name beside it. SVG is not taken: it may hold scripts.
brand-logo-send = Use this logo
brand-logo-remove = Remove the logo
brand-logo-saved = The logo was saved. Customers see it from now on.
brand-logo-removed = The logo was removed.
brand-logo-too-long = The file is longer than { $kib } KiB. Nothing was changed.
brand-logo-not-png = This is no PNG picture. Nothing was changed.
brand-logo-damaged = This picture cannot be read: it is damaged. Nothing was changed.
brand-logo-bad-size = Each side must have from { $min } to { $max } pixels. Nothing was changed.
brand-bad-line = One line, please: a name of at most 60 characters, other texts at most 200.
brand-bad-email = This is no e-mail address.
brand-bad-phone = A number like (11) 4004-1234.
brand-bad-url = The whole address of a page, as https://example.com/terms.
brand-bad-colour = A colour like #0b6e4f.
brand-bad-language = One of the languages in the list.
brand-bad-tax-id = The check digits of this CPF or CNPJ are wrong.
brand-terms-of = Terms of { $brand }

## Stripe, mail and going live

stripe-settings = Stripe
stripe-mode-live = These books are kept with live keys: customers pay real money.
stripe-mode-test = These books are kept with test keys: nobody pays real money. Live payments need books of their own.
stripe-mode-none = No key of Stripe’s was ever set: nobody can pay by card.
stripe-setup = What Stripe and the configuration must say
stripe-key = Secret key
stripe-key-set = Set
stripe-key-missing = Not set (stripe.secret_key)
stripe-webhook-secrets = Signing secrets
stripe-version = Version of Stripe’s API
stripe-endpoint-url = Address of the webhook endpoint
stripe-events = Events it must be told of
stripe-setup-where = Keys and secrets stand in the configuration file or the environment, never here. In Stripe’s dashboard, add the endpoint under Developers → Webhooks with this address, version and these events.
doctor-heading = Is everything as it must be?
doctor-text = Looks at the store, the disk, the public address, the mail server and Stripe, and has one event go from Stripe’s API by webhook into the inbox. For that a checkout page is opened at Stripe and closed at once; nobody is led to it and nothing is paid. saldo doctor does the same on the command line.
doctor-look = Look now
doctor-found = What was found
check-good = Good
check-warning = Note
check-bad = Wrong
check-skipped = Not looked at
doctor-store = Store
doctor-store-good = The tables answer: { $count } customers.
doctor-store-bad = The tables cannot be read: { $error }
doctor-disk = Room on the disk
doctor-disk-good = { $mib } MiB free in { $folder }.
doctor-disk-low = Only { $mib } MiB free in { $folder }: make room soon.
doctor-disk-full = Only { $mib } MiB free in { $folder }: when it is full nothing can be written any more.
doctor-disk-bad = { $folder } cannot be looked at: { $error }
doctor-disk-server = The books are on a database server: look at its disk there.
doctor-public-url = Public address
doctor-url-good = { $url } answers, over https.
doctor-url-plain = { $url } answers, but without https: what customers send can be read on the way. Put a proxy with a certificate in front and set server.public_url.
doctor-url-plain-test = { $url } answers, without https: good enough to try, not for customers.
doctor-url-unreachable = Nobody answers at { $url }: { $error } Start saldo serve, or set server.public_url.
doctor-url-stranger = Somebody else answers at { $url } (status { $status }): server.public_url or the proxy is wrong.
doctor-mail = Mail server
doctor-mail-good = { $server } answers and lets us in.
doctor-mail-none = No mail server is set (mail.smtp): mails stay in the console.
doctor-mail-sign-in = { $server } does not take mail.smtp_username and smtp_password: { $error }
doctor-mail-tls = No protected connection to { $server }: { $error } Look at mail.smtp_security and the port.
doctor-mail-settings = The settings under [mail] are wrong: { $error }
doctor-mail-unreachable = { $server } does not answer: { $error }
doctor-mail-refused = { $server } turns us away: { $error }
doctor-stripe-key = Stripe: key
doctor-key-live = A live key, as the books are.
doctor-key-test = A test key, as the books are: nobody pays real money.
doctor-key-none = No key is set (stripe.secret_key): nobody can pay by card.
doctor-key-other-mode = The key is of the other mode ({ $key }) than the books: the next start is refused.
doctor-key-no-webhook-secret = The key is set, but no signing secret (stripe.webhook_secrets): every webhook is refused.
doctor-stripe-api = Stripe: API
doctor-api-good = Stripe answers, in version { $version }.
doctor-api-key-refused = Stripe does not know this key: { $error }
doctor-api-not-allowed = This key may not do that: { $error } A restricted key needs to read events and webhook endpoints.
doctor-api-unreachable = Stripe was not reached: { $error }
doctor-api-bad = Stripe answers otherwise than it should: { $error }
doctor-stripe-clock = Stripe: clock
doctor-clock-good = Our clock and Stripe’s are { $seconds } seconds apart.
doctor-clock-off = Our clock and Stripe’s are { $seconds } seconds apart: set up time synchronisation.
doctor-clock-bad = Our clock and Stripe’s are { $seconds } seconds apart: signatures of webhooks will be refused. Set up time synchronisation.
doctor-clock-unknown = Stripe’s answer bore no date.
doctor-stripe-endpoint = Stripe: webhook endpoint
doctor-endpoint-good = Stripe tells { $url }.
doctor-endpoint-missing = Stripe knows no endpoint { $url }. Add it under Developers → Webhooks.
doctor-endpoint-off = The endpoint { $url } is turned off at Stripe. Turn it on under Developers → Webhooks.
doctor-stripe-version = Stripe: version of events
doctor-version-good = Events come in version { $version }.
doctor-version-other = Events come in version { $version }; { $ours } is spoken here. It works as long as what is read stays the same: make a new endpoint with { $ours }.
doctor-stripe-events = Stripe: events
doctor-events-good = The endpoint is told of everything that is needed.
doctor-events-missing = The endpoint is not told of: { $events }. Add them at Stripe; until then reconciliation finds what was missed, minutes later.
doctor-stripe-deliveries = Stripe: deliveries
doctor-deliveries-good = The last event that came and was verified: { $kind }.
doctor-deliveries-none = No event of Stripe’s has ever come.
doctor-deliveries-failing = In the last day an event could not be delivered yet: { $kind }. Stripe tries again; reconciliation finds it sooner.
doctor-stripe-round-trip = Stripe: one event all the way round
doctor-trip-good = An event went from Stripe’s API by webhook into the inbox and was verified, in { $ms } ms.
doctor-trip-lost = Stripe was asked, and its event did not come within { $seconds } seconds. Look at the endpoint’s deliveries in Stripe’s dashboard: a wrong signing secret answers 400.
doctor-trip-not-begun = Stripe did not do what the event would tell of: { $error }
doctor-trip-skipped = Not tried: what stands above must be right first.
doctor-trip-not-asked = Not tried, because it was only to be looked.
doctor-trip-not-served = Not tried: nobody answers at the public address.
mail-settings = Mail server and texts
mail-settings-text = How mails leave, every mail as it would be written, and a test to yourself.
mail-server = Mail server
mail-server-address = Server
mail-server-none = None: mails are kept in the console’s list
mail-server-security = Protection
mail-security-starttls = STARTTLS: plain first, then protected
mail-security-tls = TLS from the beginning
mail-security-none = None
mail-server-sign-in = Signs in as
mail-server-no-sign-in = Nobody: the server asks for no name
mail-from = Sender
mail-tested = Last test that was taken
mail-server-where = These settings stand under [mail] in the configuration file; the password is never shown.
mail-send-test = Send a test to { $to }
mail-test = Test mail
mail-test-subject-line = A test from { $brand }
mail-test-body-text = This is a test mail from { $brand }. If you can read it, mails leave.
mail-test-taken = The server took the mail to { $to }. Look into that mailbox: what is taken may still be held back as spam.
mail-test-no-server = No mail server is set (mail.smtp): nothing was sent.
mail-test-settings = The settings under [mail], or your address, are wrong: nothing was sent.
mail-test-timeout = { $server } did not answer in time. Look at host and port, and at the firewall.
mail-test-tls = No protected connection to { $server }: look at mail.smtp_security, the port, and the server’s certificate.
mail-test-sign-in = { $server } does not take name and password, or offers no way to sign in: look at mail.smtp_username and smtp_password.
mail-test-refused = { $server } refused the mail for good.
mail-test-put-off = { $server } refused the mail for now: it may take it later.
mail-test-unreachable = Nobody answers at { $server }, or the connection broke: look at host and port.
mail-server-said = The server or the network said: { $answer }
mail-samples = Every mail
mail-samples-text = Made with the same texts as the real ones; names, amounts and links are made up.
mail-sample = Sample
go-live = Go live
go-live-all-done = Everything is ready: customers can pay real money.
go-live-left = { $n ->
    [one] { $n } step is left before customers pay real money.
   *[other] { $n } steps are left before customers pay real money.
}
go-live-done = Done
go-live-open = Left
go-live-go = Open
go-live-see = Show the steps
go-live-keys = Live keys
go-live-keys-hint = Test and live never share books: begin live books with an empty data folder (or a database of its own) and a live key.
go-live-webhook = A webhook came and was verified
go-live-webhook-hint = Look at Stripe with one event that goes all the way round.
go-live-https = Public address over https
go-live-https-hint = Put a proxy with a certificate in front and set server.public_url.
go-live-brand = Your name and support address
go-live-brand-hint = Customers read them on every page.
go-live-legal = Legal name, tax ID and address
go-live-legal-hint = They stand on every receipt.
go-live-terms = Your terms
go-live-terms-hint = A link to them stands at the foot of every page.
go-live-mail = Mails leave
go-live-mail-hint = Send a test to yourself.
go-live-admin = A second admin
go-live-admin-hint = So that somebody can let you in again.
go-live-backup = Backups
go-live-backup-hint = Taken every day, and one restored to see that it works.
go-live-backup-text = Backups are taken outside of Saldo, as docs/operate/backup.md says. Once one was restored and verified, say so here.
go-live-backup-said = Staff said on { $time } that backups are taken and one was restored.
go-live-backup-say = Backups are taken, and one was restored
go-live-clock = No test clock
go-live-clock-hint = Set test_clock.enabled to false: real books keep real time.
sandbox-strip = No real money: Stripe’s test mode is in use.
sandbox-strip-clock = The book’s clock can be moved: this installation is for trials.

## Webhooks

webhooks = Webhooks
webhooks-text = Your own programs are told what happens here: each message is posted to these addresses and signed.
webhooks-empty = Nobody is told yet. Add the address of your program, then send it a test.
new-endpoint = New endpoint
change-endpoint = Change endpoint
endpoint = Webhook endpoint
endpoint-url = URL
endpoint-url-hint = Where messages are posted, as https://example.com/saldo. It must be an address that everybody can reach, unless the configuration allows others.
endpoint-description = Description
endpoint-kinds = What it is told of
endpoint-kinds-hint = With nothing ticked it is told of everything, later kinds too.
endpoint-all-kinds = Everything
endpoint-some-kinds = { $n ->
    [one] { $n } kind of message
   *[other] { $n } kinds of messages
}
endpoint-state = State
endpoint-enabled = On
endpoint-disabled = Off
endpoint-gone = Off: it answered 410 Gone
endpoint-failing = Off: it took nothing for 5 days
endpoint-failing-since = Nothing taken since { $time }
endpoint-bad-url = This is no URL that can be used: a whole https:// address without password and without #.
endpoint-not-https = It must begin with https://.
endpoint-private = This is a private address: nothing is sent there, unless webhooks.allow_private is set in the configuration.
endpoint-bad-description = At most 200 characters, without control characters.
endpoint-too-many = There are as many endpoints as there may be. Remove one first.
endpoint-saved = The endpoint was saved.
endpoint-is-on = The endpoint is on.
endpoint-is-off = The endpoint is off. What happens meanwhile is not told later.
endpoint-tested = A test message is on its way. Load the page again to see the answer.
endpoint-removed = { $url } was removed.
endpoint-send-test = Send a test
endpoint-turn-on = Turn on
endpoint-turn-off = Turn off
endpoint-secret = Secret
endpoint-secret-once = Messages are signed with this secret. It is shown this once: put it into your program now.
endpoint-previous-secret = Secret before
endpoint-previous-until = Signs too until { $time }
copy-secret = Copy the secret
rotate-secret = New secret
rotate-secret-ask = A new secret is drawn and shown once. For 24 hours messages are signed with the old one too.
rotate-secret-yes = Yes, a new secret
remove-endpoint = Remove
remove-endpoint-ask = It is told nothing more, and its deliveries are removed too.
remove-endpoint-yes = Yes, remove it
deliveries = Deliveries
deliveries-empty = Nothing was sent yet. Messages stand here with what was answered to them.
message = Message
message-id = Message ID
delivery-answer = Answer
delivery-waiting = Waiting
delivery-sending = Being sent
delivery-delivered = Delivered
delivery-failed = Failed
delivery-next = Next try { $time }
delivery-next-try = Next try
redeliver = Redeliver
redeliver-one = Redeliver { $id }
redelivery-asked = It is being sent again. Load the page again to see the answer.
attempts = Tries
attempts-empty = Not tried yet.
attempt-number = Try { $number }
attempt-took = { $millis } ms
attempt-status = answered { $status }
endpoints-off = { $n ->
    [one] { $n } webhook endpoint was turned off because it took nothing.
   *[other] { $n } webhook endpoints were turned off because they took nothing.
}
open-endpoints = Open webhooks
told-credit-added = Credit added
told-payment-failed = Payment failed
told-payment-refunded = Payment refunded
told-payment-disputed = Payment disputed
told-balance-low = Balance low
told-balance-exhausted = Balance exhausted
told-purchase-created = Pack bought
told-purchase-released = Pack released
told-line-enabled = Line enabled
told-line-blocked = Line blocked
told-line-cancelled = Line cancelled
told-invoice-created = Invoice made
told-invoice-paid = Invoice paid
told-boleto-registered = Boleto registered
told-boleto-overdue = Boleto overdue
told-endpoint-test = Test
told-other = Message
# The bank: boletos, files, findings.
boletos-text = What the bank collects for you. Find one by number, CPF, CNPJ or name.
boletos-search = Nosso número, number, CPF, CNPJ or name
boletos-none = No boleto yet. One is written when a subscriber buys a credit that is charged by boleto.
boletos-not-found = No boleto fits. Look for less, or in all states.
all-states = All
search = Search
nosso-numero = Nosso número
linha-digitavel = Linha digitável
due-day = Due
boleto-number = Boleto { $number }
boleto-written = To be sent
boleto-sent = Sent to the bank
boleto-to-write-off = Write-off to be sent
boleto-still-owed-staff = Written off, still owed
boleto-paid-otherwise = Paid in another way
boleto-still-owed-settle = The boleto is written off and { $amount } is still owed: it counts as overdue until it is paid. For money that came outside the bank and Pix; the audit log keeps the reason.
boleto-was-written-off = The boleto was written off.
boleto-paid-by-pix-at = Paid by Pix on { $time }: { $amount }
boleto-paid-by-boleto-at = Paid with a boleto on { $time }: { $amount }
boleto-paid-by-card-at = Paid by card on { $time }: { $amount }
boleto-paid-by-hand-at = Payment written down by hand on { $time }: { $amount }
invoice = Invoice
write-off-decided = Written off
decided-take-back = The rest of the credit is taken back; { $amount } is not asked for any more, and nothing is owed
decided-keep-debt = The credit is left, the debt of { $amount } is kept
decided-leave = The credit is left, the debt of { $amount } is forgiven
decided-nothing = Nobody is to pay it any more: { $amount } was given up
told-by = { $who }, { $time }
written-at = Written
registered-at = Registered by the bank
write-off = Cancel the boleto (write off)
write-off-ask = Yes, cancel it: nobody is to pay it any more
write-off-debt = Give the debt up
write-off-debt-ask = Yes, give it up: nobody owes it any more
write-off-tells-bank = It will not be paid any more. The bank is told with the next remittance.
write-off-at-bank = It is written off; what it was to pay is still owed here. Say what becomes of the credit.
write-off-unknown-to-bank = It will not be paid any more. The bank does not hold it, so it need not be told.
write-off-waits = The credit waits for the payment and will not be released.
write-off-credit = The credit that it was to pay
on-write-off = When its boleto is written off
on-write-off-hint = Staff may choose otherwise each time.
on-write-off-take-back = Take back the rest of the credit
on-write-off-keep-debt = Leave the credit, keep the debt
on-write-off-leave = Leave the credit, forget the debt
write-off-as-pack = Chosen already: what the pack says. You may choose otherwise.
write-off-books-take-back = { $amount } is booked as written off, and what is left of the credit leaves the balance.
write-off-books-keep-debt = Nothing is booked: the subscriber still owes { $amount }, which no boleto collects. It counts as overdue, can be paid by Pix and settled by hand.
write-off-books-leave = { $amount } is booked as written off, and the subscriber keeps the credit.
write-off-books-bill = { $amount } is booked as written off: the subscriber does not owe it any more.
write-off-choose = Choose what becomes of the credit.
bank-files = Bank files
bank-files-text = The remittance tells the bank of boletos; its return tells what became of them.
no-bank = Boletos are not set up on this server: fill in [bank] in its configuration.
remittance = Remittance
remittance-text = Boletos to be registered or written off. Making the file says that they were sent: hand it to the bank.
titles-waiting = { $n ->
    [0] Nothing waits to be told.
    [one] { $n } title waits for the next remittance.
   *[other] { $n } titles wait for the next remittance.
}
remittance-make = Make remittance
remittance-made = { $n ->
    [one] Remittance { $number } with { $n } title was made and is being downloaded.
   *[other] Remittance { $number } with { $n } titles was made and is being downloaded.
}
remittance-download = Download it again
remittance-left-out = Boleto { $number } was left out:
remittance-number = Remittance { $number }
remittances = Remittances
remittances-empty = No remittance was made yet.
return = Return
return-text = The CNAB 240 file that the bank gives you. It counts whole or not at all; the same file again changes nothing.
return-file = Return file
return-load = Load return
return-number = Return { $number }
returns = Returns
returns-empty = No return was loaded yet.
return-taken = Return loaded
return-loaded-before = This very file was loaded on { $time }. Nothing was changed.
return-registered = Registered
return-paid = Paid
return-written-off = Written off
return-unchanged = No change
return-no-findings = Everything fits. There is nothing to look at.
back-to-files = Back to bank files
return-empty = The file is empty. Nothing was changed.
return-too-long = The file is longer than a return can be. Nothing was changed.
return-truncated = The file ends at line { $line } without its trailer: it is not whole, or no CNAB 240 file. Nothing was changed; get it from the bank again.
return-other-bank = This is a file of bank { $found }, not of { $wanted }. Nothing was changed.
return-other-account = This is a file of account { $found }, not of yours. Nothing was changed.
return-is-remittance = This is a remittance, not a return. Nothing was changed.
return-no-layout = No CNAB 240 layout of bank { $bank } is known here. Nothing was changed.
return-bad-line = Line { $line }, column { $column } is not as CNAB 240 has it. Nothing was changed; get the file from the bank again.
return-unreadable = The file cannot be read. Nothing was changed.
return-number-known = Another file with the number { $number } was loaded on { $time }. Nothing was changed; ask the bank which of them counts.
file-number = File
made-at = Made
loaded-at = Loaded
titles = Titles
findings = To look at
findings-text = What came from the bank’s files, Pix, cards and routers and does not fit by itself, newest first.
findings-open = Show what is open
findings-done = Show what is done
findings-none = Nothing to look at. All the news fits.
findings-none-done = Nothing was dealt with yet.
finding-resolve = Done
finding-resolved-at = Dealt with on { $time } by { $who }.
finding-resolved-by-somebody = somebody of staff
finding-resolved-came-back = Over since { $time }: the money came back.
finding-resolved-credited = Credited by hand on { $time }, asked for by { $who }.
finding-resolved-counted = { $bytes } counted as use on { $time } by { $who }.
finding-resolved-put-right = Put right by the router itself on { $time }: nothing was used.
finding-resolved-uncounted = Left uncounted on { $time } by { $who }.
finding-given-back-by-pix = { $amount } given back by Pix on { $time }.
finding-given-back-by-hand = { $amount } given back in another way on { $time }.
finding-by-whom = Written down by { $who }.
finding-leave-uncounted = Leave it uncounted
count-use = Count the use
count-use-amount = How much was used, in { $unit }
count-use-told = The router told of { $told } that were not counted.
count-use-reason-hint = Why the use is real. The audit log keeps it; the subscriber does not read it.
count-use-bad-amount = Type a number above zero, at most { $most }.
count-use-preview = On { $login }, counting { $bytes } takes the balance from { $before } to { $after }, in today's cycle. If you change the amount, the new balance is shown before anything is counted.
finding-place = return { $file }, line { $line }
give-back = Give back
finding-unknown-title = The bank tells of a title that is not ours
finding-unknown-title-do = Ask the bank where the title comes from: perhaps another system uses the same agreement.
finding-other-value = The bank has another value for the title
finding-other-value-do = Nothing of this line was taken. Compare it with the bank, then load a corrected return or write the boleto off.
finding-paid-less = Less was paid than is owed
finding-paid-less-do = The boleto was left open. Agree with the subscriber on the rest, or write the boleto off.
finding-paid-twice = Paid a second time
finding-paid-twice-do = What was paid too much became the subscriber’s credit, and the next invoice takes it off. Pay it back if he asks.
finding-told-again-do = Ask the bank whether it was paid twice. Nothing was booked; if it was, give the subscriber credit.
finding-paid-late = Paid after it had been written off
finding-paid-late-do = The payment was booked. Look whether the line should be enabled, or credit given again.
finding-rejected = The bank did not register the title
finding-rejected-do = Look the motive up in the bank’s manual; mostly the address is incomplete. Correct it, write this boleto off and charge again.
finding-written-off = The bank wrote the title off by itself
finding-written-off-do = Open the boleto and say what becomes of the credit that it was to pay.
finding-order-rejected = The bank did not follow an order
finding-order-rejected-do = Look the motive up in the bank’s manual. A title that was to be written off can still be paid there.
finding-payment-refused = A payment could not be booked
finding-payment-refused-do = Look at what the line below says became of the money.
finding-unknown-txid = A Pix came for which nothing was asked
finding-unknown-txid-do = Find out who sent it. Settle what it was for by hand, or give it back at the bank.
finding-other-key = A Pix came on another key than was asked for
finding-other-key-do = Ask the bank whose key it is; settle by hand what it was for if the money is yours.
finding-line = line
finding-usage-jump = A router’s counters jumped
finding-usage-jump-do = Look at the router and the line's sessions. If the use was real, count it; if it was not, leave it uncounted.
finding-intent-refused = The books refuse what was decided
finding-intent-refused-do = What was meant is not in the customer’s balance, and is tried again by itself. Look at his page and put it right by hand, by credit or by a correction; if the code tells you nothing, ask who runs Saldo.
finding-given-back = Of a Pix something was given back
finding-given-back-do = What it had paid stays as it is. Take credit back or charge again where it is owed.
found-usage-jump = The counters of a session of { $login } grew by { $bytes }, faster than any line can carry. That was not counted.
found-intent-refused = The books have refused { $kind } ({ $intent }) for more than a minute: { $refusal }. It is tried again by itself.
found-unknown-title = There is no boleto with the nosso número { $number }.
found-other-value = The boleto is over { $owed }, the bank says { $told }. Nothing of this line was taken.
found-order-rejected = The bank did not do what it was told: { $motives }.
found-rejected = The bank did not register the title: { $motives }.
found-motives = motive { $motives }
found-no-motive = it gives no motive
found-paid-less = { $paid } was paid of { $owed }. The boleto was left as it is.
found-paid-late = It was paid after it had been written off; the payment was booked.
found-paid-more = { $more } more than owed was paid: it became the customer’s credit.
found-paid-again = { $paid } more was paid: it became the customer’s credit.
found-told-again = { $paid } is told again, of the same day and bank as in another file. Nothing was booked: if it was paid a second time, give the customer credit.
found-not-owed = { $paid } was paid, and nothing is known of what for.
found-written-off = The bank wrote the title off by itself; what it was to pay is still owed.
found-pix-unknown = A Pix of { $paid } came ({ $payment }), and nothing was asked for under its txid: { $txid }.
found-no-txid = none
found-pix-other-key = A Pix of { $paid } came ({ $payment }) on another key than was asked for: { $key }.
found-pix-other-value = { $paid } came by Pix ({ $payment }) where { $owed } was asked for. Nothing was released.
found-pix-again = { $paid } more was paid by Pix ({ $payment }): it became the customer’s credit.
found-pix-not-owed = { $paid } was paid by Pix ({ $payment }), and nothing is known of what for.
found-pix-given-back = Of a Pix of { $paid } ({ $payment }) something was given back. Nothing was changed here.
found-not-booked = The payment was not booked ({ $why }). { $paid } became the customer’s credit.
found-line-cancelled = the line is cancelled
found-card-other-customer = { $paid } came by card ({ $payment }) for { $topup }, whose customer at Stripe is another.
found-card-other-amount = { $paid } came by card ({ $payment }) for { $topup }, which asked for { $asked }.
found-card-free = A coupon made { $checkout } free for { $topup }, which asked for { $asked }: nothing was paid.
found-card-again = { $paid } more was paid by card ({ $payment }) for { $purchase }: it became the customer’s credit.
found-card-refunded = { $back } of { $payment }, which paid { $purchase }, was refunded.
found-card-disputed = { $back } of { $payment }, which paid { $purchase }, is disputed.
found-in-all = In all it is { $all } by now.
reconciliation = Reconciliation
reconciliation-text = Stripe beside the books, to the cent. What was missed is healed; what still differs is named.
reconcile-now = Run now
reconciliation-failing = Stripe has not answered since { $time }. It is tried again and again. { $problem }
reconciliation-no-stripe = Stripe is not set up: the configuration holds no key of it.
differences = What differs
differences-settled = What was settled
differences-settled-text = These payments are dealt with. What stands here is what Stripe kept of them in a currency that the books do not have.
compared-at = compared { $time }
movement-of-balance = Movement
stripe-says = Stripe
books-say = Books
drift = Drift
movement-payments = Payments
movement-refunds = Refunds
movement-disputes = Held by disputes
movement-fees = Fees
movement-payouts = Payouts
movement-others = Other movements
lies-at-stripe = At Stripe
reconciliation-under-way = { $amount } was credited just now; Stripe’s balance does not show it yet.
reconciliation-foreign = { $n ->
    [one] One movement ({ $amount }) is another system’s on the same account: left alone.
   *[other] { $n } movements ({ $amount }) are another system’s on the same account: left alone.
}
comparisons = Last comparisons
comparisons-none = Nothing has been compared yet.
comparisons-drawn = The last comparisons: low where Stripe and the books agreed, high where they differed
comparison-under-way = Under way
comparison-equal = No drift
comparison-differs = Drift
comparison-since = everything since { $time }
asked-by = Asked by
by-itself = by itself
topups-asked = Open top-ups
events-late = Lost events
movements-new = New movements
drift-not-credited = Paid and not credited yet
drift-other-amount = Another amount was paid than was asked for: not credited
drift-other-customer = Another customer paid than was asked, or one who is no more: not credited
drift-unknown-topup = Paid for a top-up that is not in these books
drift-not-taken-back = Refunded and not taken back yet
drift-not-booked = Not booked yet
drift-other-currency = Stripe settled it in another currency
drift-fee-stays = Stripe’s fee, in a currency that the books do not have
drift-unknown-kind = A kind of movement that the books do not know
drift-not-in-balance = Credited, and Stripe’s balance does not show it
drift-unexplained = Unexplained
drift-waiting = { $n ->
    [one] Stripe and the books differ in { $n } currency.
   *[other] Stripe and the books differ in { $n } currencies.
}
open-reconciliation = Open reconciliation
finding-card-free = A coupon made a recharge free
finding-card-free-do = Nothing was paid, so nothing was credited. Give the customer the credit if that is what the coupon was for, and end coupons on the payment page at Stripe if it was not.
finding-card-other-amount = A card paid another amount than was asked for
finding-card-other-amount-do = Nothing was credited. Give it back at Stripe, or give credit for it by hand on the payment’s page.
finding-card-other-currency = A card paid in another currency than was asked for
finding-card-other-currency-do = Nothing was credited, and the customer was told that it is looked at. Give it back at Stripe, or give credit for it by hand on the payment’s page. If Stripe converts prices on its page by itself, turn that off there (Adaptive Pricing).
finding-card-other-customer = A card payment is of another customer than was asked
finding-card-other-customer-do = Nothing was credited. Find out at Stripe who paid; give it back there, or give credit for it by hand on the payment’s page.
finding-card-given-back = A card payment that bought data went back
finding-card-given-back-do = The data stays. Have the customer pay it some other way, or take it off his line with a correction.
finding-card-credit-given-back = A card payment that had become credit went back
finding-credit-used-before-do = The customer has had this money twice. Charge it on his next invoice, or leave it.
finding-credit-by-hand-stays-do = Take the credit from the customer by hand, as far as it is not to stay.
finding-refund-came-back = A refund made at Stripe did not arrive
finding-refund-came-back-do = What it had taken is the customer’s again, and a mail told him that you will get in touch. Agree with him on another way.
finding-card-came-back = Money of a card payment came back
finding-card-came-back-do = Nothing is left to be done: the data or the credit is paid.
finding-card-came-back-late-do = What was done because the money was gone is to be undone: give back credit that was taken, and do not ask for what was to be paid another way.
finding-credit-not-returned-do = The money came back, and his credit was taken. Take the amount off his next invoice.
found-credit-used-before = { $missing } of a card payment for { $purchase }, kept as the customer’s credit, went back to him after that credit was used.
found-credit-by-hand-stays = { $back } of { $payment }, for which credit was given by hand, went back to the customer; that credit is still there.
found-refund-came-back = { $amount } of { $payment }, refunded at Stripe, could not be paid out to the customer.
found-card-came-back = What had gone back of { $payment } came back.
found-card-came-back-late = { $again } of { $payment }, which had gone back, came back after that had been dealt with.
found-credit-not-returned = { $again } of the customer’s credit was taken for a refund or dispute of { $payment } for { $purchase }; that money came back.
findings-waiting = { $n ->
    [one] { $n } finding about boletos, payments or use is to be looked at.
   *[other] { $n } findings about boletos, payments or use are to be looked at.
}
open-lines = Open lines
open-findings = Open findings
open-files = Open bank files
needs-a-person = Needs a person
packs = Pack prices
packs-text = Extra data sold once, for each plan. What was bought before keeps its own terms.
packs-empty = No pack yet. Make the first one.
packs-no-plan = A pack is sold for a plan. Make a plan first.
new-pack = New pack
change-pack = Change pack
pack-quantity-in = Quantity, in { $unit }
price = Price
charged-by = Charged by
charging-boleto = Boleto
charging-next-invoice = Next invoice
charging-card = Card
charging-pix = Pix
released-when = Released
release-purchase = On purchase
release-payment = On payment
release-hint = Card and Pix always release on payment.
pack-days = Days it lives
pack-days-hint = Empty: until the cycle ends.
pack-most = At most in one cycle
pack-most-hint = Empty: no limit.
is-sold = For sale
yes = Yes
no = No
save = Save
offer-saved = “{ $name }” was saved.
offer-bad-name = The name must have 1 to 80 characters.
offer-name-taken = Another one has this name already.
offer-below-zero = It must not be below zero.
offer-bad-price = It must be above zero.
offer-bad-quantity = It must be above zero and at most 1,000,000 GB.
offer-bad-allowance = From 0 to 1,000,000 GB.
offer-bad-block-days = From 0 to 365 days, or empty for never.
offer-bad-word = It has 1 to 60 letters, digits and / - _ . only.
offer-bad-speed = Routers do not take this speed. Write upload/download in k, M or G, for example 10M/50M.
offer-whole-cents = Whole cents only, for example 79.90.
offer-too-much = At most 1,000,000.00.
offer-window-swapped = A free window lasts up to 12 hours. Are its ends swapped?
offer-bad-window = Free hours are written like 00:00-06:00, up to 8 of them with commas between.
offer-bad-services = Services are written like WhatsApp, garden: up to 32 names of 1 to 64 characters, without parentheses, with commas between.
offer-bad-plan = Choose the plan for which it is sold; a pack stays with its plan.
offer-pack-again = There is a pack of the same quantity at the same price for this plan already: a subscriber would see two equal choices.
offer-plan-sells-none = This plan does not support buying credit: nobody could buy the pack. Change the plan first, or do not sell the pack.
in-reais = In R$, for example 79.90.
offer-no-charging = Choose at least one way of charging.
offer-bad-days = A pack lives 1 to 730 days, or until the cycle ends.
offer-bad-count = The most in one cycle is 1 or more, or empty.
offer-missing = Fill this in; if it is zero, type 0.
offer-no-number = This is not a number that can be read.
cancel = Cancel

## Console: subscribers

subscribers = Subscribers
subscribers-text = Who pays for lines. Open one to see his lines and logins, and to read him an access code.
subscribers-empty = No subscriber yet. Add the first one, or import a file.
subscribers-none-found = Nobody was found for “{ $text }”. Look for fewer words, or for a shorter part of the name, CPF or CNPJ, e-mail or access login.
find-subscriber = Part of a name, CPF or CNPJ, e-mail or access login
find = Find
show-all = Show all
new-subscriber = Add subscriber
change-subscriber = Change data
new-line = Add line
subscriber-document = CPF or CNPJ
subscriber-email = E-mail
subscriber-street = Street and number
subscriber-district = District
subscriber-city = City
subscriber-state = State
subscriber-postcode = Postcode
access-login = Access login
anchor-day = Cycle day
used-before = Used in this cycle
outside-before = Of that outside the allowance
address = Address
none = None
optional = Optional
customer-data = Details
customer-since-day = customer since { $day }
customer-no-lines = No line yet.
logins = Logins
logins-empty = Nobody signs in for this customer yet.
signs-in-with = Signs in with
password-chosen = Chosen
last-sign-in = Last sign-in
give-code = Make an access code
give-code-text = For the first access, or a forgotten password without e-mail: read the code out on the phone. A new code takes the place of the old one.
access-code-once = Read it out now: it is shown this once. It is typed under First access, together with the CPF or CNPJ.
access-code-until = { $n ->
    [one] It works once, until { $time }, and may be tried once.
   *[other] It works once, until { $time }, and may be tried { $n } times.
}
copy-code = Copy the code
code-works-until = Works until { $time }
field-plan-hint = Plans are made under Plans and services.
wrong-access-login = { $n ->
    [one] An access login has one character, no blank and none that cannot be printed.
   *[other] An access login has at most { $n } characters, no blanks and none that cannot be printed.
}
wrong-field = { $field }: { $words }

## Console: subscribers by file

import-subscribers = Import a file
import-heading = Import subscribers
import-text = One row for each line, as CSV. The file is checked first; nothing is written until you say so.
import-file = File
import-file-hint = CSV in UTF-8 or Latin-1, with ; or , or tabs between columns. Up to { $rows } rows and { $megabytes } MB.
import-check = Check file
import-columns = Columns
import-columns-text = The first row names the columns, in any order. Several rows with the same CPF or CNPJ are one customer with several lines.
import-example-pt-br = Example file in Portuguese
import-example-en = Example file in English
import-gone = The checked file is not kept any more: it was imported, or the check is too old. Choose it again.
import-checked = Checked
import-checked-text = { $file }. Nothing has been written yet.
import-wrong = { $n ->
    [one] One thing is wrong. Correct it in the file and check it again: nothing is imported until all rows are right.
   *[other] { $n } things are wrong. Correct them in the file and check it again: nothing is imported until all rows are right.
}
import-wrong-heading = What is wrong
import-wrong-more = { $n ->
    [one] Only the first is shown of { $n }.
   *[other] Only the first are shown of { $n }.
}
import-right = All rows are right.
import-all-known = All rows are here already. There is nothing to import.
import-rows = Rows
import-new-customers = New customers
import-new-lines = New lines
import-known = Already here
import-known-text = Rows whose customer already has that access login are left as they are, even where the file says something else.
import-latin1 = The file is not UTF-8 and was read as Latin-1. Look at letters with accents below.
import-ask = Cycles begin and allowances are given at once. What the file says was used is taken from them.
import-now = { $n ->
    [one] Import 1 line
   *[other] Import { $n } lines
}
import-other-file = Choose another file
import-preview = The first lines
import-running = Importing
import-lines-done = { $done } of { $all } lines are in service.
import-running-text = It goes on by itself, also if you leave this page.
import-done = Imported
import-done-text = New customers: { $customers }. New lines: { $lines }.
import-known-left = Rows that were here already and stay as they are: { $known }.
import-next = Those without e-mail get in by an access code that you make on their page.
imports = Imported lately
imported-at = When
import-customers = Customers
file-line = Line
file-column = Column
file-value = Value
file-wrong = What is wrong
file-empty = The file is empty.
file-no-rows = The file has a heading and no rows.
file-too-long = { $n ->
    [one] The file is longer than 1 MB. Split it.
   *[other] The file is longer than { $n } MB. Split it.
}
file-too-many-rows = The file has more than { $rows } rows. Split it.
file-not-text = This is not a CSV file. In your spreadsheet, save it as “CSV UTF-8”.
file-column-unknown = The column “{ $column }” is not known. Remove or rename it.
file-column-missing = The column { $column } is missing.
file-column-twice = The column { $column } stands there twice.
column-name-hint = Name of the person or company.
column-document-hint = With or without punctuation; a CNPJ may hold letters.
column-email-hint = For mails and to sign in.
column-street-hint = Street and number, for boletos.
column-district-hint = District.
column-city-hint = City.
column-state-hint = Two letters, as SP.
column-postcode-hint = Eight digits, with or without the dash.
column-plan-hint = The plan’s name as under Plans and services.
column-access-login-hint = With which the line authenticates at the router.
column-anchor-day-hint = Day of the month on which cycles begin, 1 to 31.
column-used-hint = Already used in this cycle, with the unit: 12.5 GB.
column-outside-hint = Of that, what does not count against the allowance.
column-language-hint = pt-BR or en; pt-BR if empty.
import-customers-heading = Import customers
import-customers-text = One row for each customer, as CSV, with what he had in another system. The file is checked first; nothing is written until you say so.
import-customers-columns = The first row names the columns, in any order. A row needs an e-mail or your own ID: by them the same file is known again.
import-customers-known = Rows whose customer is here already are left as they are: nothing is added to their balance, even where the file says something else.
import-customers-remembered = { $n ->
    [one] Line { $lines } is left out: a row with its e-mail or ID was taken before, and nobody here has either of them now. Somebody new is added by hand.
   *[other] Lines { $lines } are left out: rows with their e-mails or IDs were taken before, and nobody here has them now. Somebody new is added by hand.
}
import-customers-ask = Wallets are opened and opening balances are added at once. What had been bought stands in the books as an adjustment, opening balance; what had been given as promotional.
import-customers-welcome = Give each of them the welcome credit of { $amount }, too
import-customers-needs = A file with opening balances is taken by an administrator.
import-customers-now = { $n ->
    [one] Import one customer
   *[other] Import { $n } customers
}
import-customers-done = New customers: { $customers }. Opening balances: { $sum }.
import-customers-next = They choose a password under “Forgotten your password?”, or by an invitation that you send on their page.
import-decisions-done = { $done } of { $all } steps are done.
import-errors-file = Errors as a file
opening-balance = Opening balance
opening-bought = Opening balances, purchased
opening-promotional = Opening balances, promotional
opening-left-out = Opening balances left out
column-external-id-hint = What your programs call the customer.
column-balance-hint = What he had, in { $unit }: 1234.50 or 1234,50.
column-balance-kind-hint = purchased or promotional; needed with an opening balance.
column-expires-hint = The last day of the opening balance, as 2030-12-31. Empty if it does not expire.
column-customer-language-hint = en or pt-BR; { $language } if empty.
wrong-unmarked = Write an e-mail or an ID. Without one nobody can tell whether he is here already.
wrong-money = Write an amount like 1234.50, with digits only.
wrong-money-ambiguous = This may be thousands or decimals. Write 1234.00 or 1.23.
wrong-money-too-fine = At most six digits behind the decimal mark.
wrong-money-too-much = At most { $most }.
wrong-balance-kind = Write purchased or promotional.
wrong-row = line { $line }, { $column }: { $words }
wrong-empty = Fill this in.
wrong-too-long = { $n ->
    [one] At most 1 character.
   *[other] At most { $n } characters.
}
wrong-line-break = There is a line break in it. A quotation mark before it may not be closed.
wrong-unprintable = There are characters in it that cannot be printed.
wrong-document-character = A CPF has digits, a CNPJ digits and letters.
wrong-document-length = A CPF has 11 digits, a CNPJ 14 characters. Spreadsheets drop leading zeros: set the column to text.
wrong-document-repeated = Repeated digits are nobody’s document.
wrong-document-digits = The check digits are wrong: a digit was mistyped.
wrong-email = This is no address like ana@example.com.
wrong-state = This is no Brazilian state, as SP.
wrong-postcode = A postcode has eight digits.
wrong-plan = There is no plan of this name.
wrong-day = A day of the month is 1 to 31.
wrong-size = Write a number with its unit and without marks between thousands, for example 12.5 GB.
wrong-no-unit = Say the unit, too: for example 60 GB.
wrong-negative = It must not be below zero.
wrong-outside = It cannot be more than was used at all.
wrong-language = Write pt-BR or en.
wrong-already-customer = Somebody is a customer with this document already. Add the line on his page.
wrong-email-taken = Another customer has this e-mail.
wrong-login-taken = Another line has this access login.
wrong-login-blank = An access login has no blanks and no invisible marks.
wrong-twice = It stands in line { $line } too.
wrong-differs = Line { $line } says something else about the same customer.
wrong-columns = Columns in this row: { $found }; in the heading: { $expected }.

## Console: lines

lines = Lines
lines-text = Subscribers and the plans in service for them.
lines-empty = No line yet.
line-enabled = Enabled
line-blocked = Blocked
line-cancelled = Cancelled
find-lines = Name, CPF or CNPJ, e-mail or access login
any-status = Any
line-waiting = Waiting for the router
lines-none-found = No line is found so.
block-line = Block line
block-line-text = { $name } is cut off at once and can buy nothing until somebody enables the line again. What is billed by the month goes on.
block-line-confirm = Yes, block the line
block-reason = Reason
block-reason-hint = Staff read it here and in the audit log; the subscriber only reads that the provider has blocked the line.
enable-line = Enable line
data-balance = Data balance
cycle = Cycle
cycle-ends = Cycle ends
change-access-login = Change access login
no-access-login = no access login
access-login-change-hint = Left empty, the line does not authenticate any more. A session that runs goes on and is counted to this line until it ends.
blocked-why = Why it is blocked
blocked-overdue = Blocked automatically since { $time }, because something is overdue:
blocked-paid = Blocked automatically since { $time }, because something was overdue. It is paid: the line is enabled in a moment.
blocked-by-hand = Blocked by { $who } since { $time }.
blocked-by-key = the API key “{ $name }”
times-of-machine = These times are the machine's own: sign-ins and access codes do not go by the test clock.
blocked-reason = Reason: { $reason }
trusted-until = This line is enabled on trust until { $time }. If nothing is paid until then, it is blocked again.
trusted-overdue = Overdue meanwhile:
blocked-unknown = Nothing tells since when and by whom.
blocked-invoice = Invoice { $number }, { $amount }, due { $day }
blocked-boleto = Boleto { $number }, { $amount }, due { $day }
blocked-confirmed = The router has confirmed that the access is restricted, since { $time }.
blocked-restricted-before = The access was restricted already: the router has confirmed that since { $time }, before the block.
blocked-not-confirmed = No router has confirmed this yet: the line has no session, or the router has not answered.
restricted-walled-since = The router has confirmed that only the provider's pages open, since { $time }.
restricted-cut-since = The router has confirmed that access is blocked for want of credit, since { $time }.
restricted-no-session = No session is open now: it holds again when the line connects.
restricted-since = The router confirmed reduced access since { $time }.
purchases = Purchases
purchases-empty = Nothing was bought for this line yet.
settle = Record a payment
settle-purchase = Record the payment of { $pack }
settle-reason = How it is known that it was paid
settle-confirm = Confirm the payment
purchase-waits = Waits for its payment
purchase-dropped = Cancelled without payment
purchase-written-off = Not paid: written off
pack = Pack
bought-at = Bought
released-at = Credit released
speed-restored-at = Speed restored
paid-at = Paid
not-yet = Not yet
sessions = Sessions
sessions-empty = No router has reported this line yet.
router = Router
began-at = Began
read-at = Last report
bytes-sent = Sent
bytes-received = Received
session-open = Connected
session-ended = Ended
session-strange = The counters jumped or were reset.
session-of-service = only { $name }
lines-unconfirmed = { $n ->
    [one] { $n } line waits for its router to confirm a change for more than two minutes.
   *[other] { $n } lines wait for their routers to confirm a change for more than two minutes.
}
