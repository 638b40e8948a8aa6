//! `saldo demo`: the real program with sample customers, a sandbox in Stripe's place, a bank, a router, and an example API behind the guard.
//!
//! Owns the demo's folder, what is put into it at the first start, and the demo's own pages. Everything a visitor sees
//! beside those pages is the program as it is served: the demo only chooses settings and plays the parts of others.

mod bank;
mod checklist;
mod example_api;
mod folder;
mod live;
#[cfg(test)]
mod month_end_test;
mod opened;
mod pages;
mod past;
mod past_lines;
mod past_money;
mod past_samples;
mod past_unpaid;
mod provider;
mod router;
mod seed;
mod spending;

use std::io::Write as _;
use std::net::TcpListener as StdListener;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use jiff::tz::TimeZone;
use money::CustomerId;
use sandbox::bank::{Bank as SandboxBank, BankConfig};
use sandbox::router::{ChangeBehaviour, Router as SandboxRouter};
use sandbox::{Sandbox, SandboxConfig, WebhookEndpoint, real_time};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::app::{App, Running};
use crate::config::{Bank, Config, Pix, Webhooks};
use crate::look::part::DemoFaults;
use crate::portal::DemoStrip;
use crate::{clock, jobs, server, webhooks};
use folder::{Folder, Known, Secrets};
use opened::Opened;
use pages::Stage;
use provider::Subscriber;
use spending::Spending;

/// The port of portal and API unless told otherwise; sandbox, example API, router and bank have the next four.
pub const DEFAULT_PORT: u16 = 7070;
/// The sample company's name. It fits both of its halves, in both languages.
const BRAND: &str = "Aurora Digital";
/// Where it is.
const ZONE: &str = "America/Sao_Paulo";
/// How long what still runs may take to end.
const END_PATIENCE: Duration = Duration::from_secs(2);

/// How the demo is started.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it keeps everything; see [`folder::default_path`].
    pub data: Option<PathBuf>,
    /// The port of portal and API.
    pub port: u16,
    /// Whether one line of JSON is printed instead of words.
    pub json: bool,
}

/// How a demo ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It goes on.
    NotYet,
    /// The process was told to end.
    Told,
    /// *Reset* was pressed: everything begins anew.
    Reset,
}

/// Where the programs are reached.
#[derive(Clone, Debug)]
pub(crate) struct Addresses {
    /// Portal and API.
    pub(crate) portal: String,
    /// The sandbox.
    pub(crate) sandbox: String,
    /// The example API.
    pub(crate) example_api: String,
    /// The router's page.
    pub(crate) router: String,
    /// The bank.
    pub(crate) bank: String,
}

/// The sockets. They outlive a reset, so that a browser that comes meanwhile waits instead of failing.
struct Sockets {
    portal: StdListener,
    sandbox: StdListener,
    example_api: StdListener,
    router: StdListener,
    bank: StdListener,
}

/// Listens for Ctrl-C and its like from the begin to the end of the program: also while a reset changes one play for the next, when
/// nobody else does.
struct Listening {
    told: watch::Receiver<bool>,
    _runtime: tokio::runtime::Runtime,
}

impl Listening {
    fn begin() -> anyhow::Result<Listening> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let (tell, told) = watch::channel(false);
        runtime.spawn(async move {
            crate::cli::until_told().await;
            tell.send_replace(true);
        });
        Ok(Listening { told, _runtime: runtime })
    }

    fn told(&self) -> watch::Receiver<bool> {
        self.told.clone()
    }
}

/// The pages that only a demo has.
pub fn own_routes() -> Router<Arc<App>> {
    pages::own_routes()
}

/// Serves the demo until the program is told to end.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let path = options.data.clone().unwrap_or_else(folder::default_path);
    let folder = Folder::open(&path)?;
    let sockets = Sockets::bind(options.port)?;
    folder.write_secrets(&Secrets { port: Some(options.port), ..folder.secrets()? })?;
    let listening = Listening::begin()?;
    let mut is_first = true;
    loop {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let ending = runtime.block_on(play(options, &folder, &sockets, (listening.told(), is_first)));
        runtime.shutdown_timeout(END_PATIENCE);
        match ending? {
            Ending::Told | Ending::NotYet => return Ok(()),
            Ending::Reset => folder.clear()?,
        }
        is_first = false;
    }
}

/// Serves the demo once, from what is in the folder, until it is told to end or to begin anew.
async fn play(
    options: &Options,
    folder: &Folder,
    sockets: &Sockets,
    (told, is_first): (watch::Receiver<bool>, bool),
) -> anyhow::Result<Ending> {
    let addresses = Addresses::of(options.port);
    let secrets = folder.secrets()?;
    let config = config(folder, &addresses, options.port, &secrets)?;
    if !secrets.is_ready {
        let config = config.clone();
        tokio::task::spawn_blocking(move || past::write(&config, clock::now())).await??;
    }
    let sandbox = start_sandbox(folder, sockets, &addresses, &secrets).await?;
    let bank = start_bank(folder, sockets, (&config, &addresses, &secrets)).await?;
    let running = Running::start(config).await?;
    if !secrets.is_ready {
        seed::present(&running.app, &secrets).await?;
        provider::present(&running.app, &secrets).await?;
        folder.write_secrets(&Secrets { is_ready: true, ..secrets.clone() })?;
    }
    jobs::start(&running.app);
    let messengers = bank::exchange(&running.app, &bank);
    let network = Arc::new(router::start(&running.app, async_listener(&sockets.router)?).await?);
    router::follow(&running.app, Arc::downgrade(&network));
    let players = (Arc::downgrade(&network), Arc::downgrade(&bank));
    let strip = strip(addresses.sandbox.clone(), sandbox.faults().clone(), players);
    // Nobody has set one before: the app is new.
    let _ = running.app.demo_strip.set(strip);
    let (ending, ended) = watch::channel(Ending::NotYet);
    let ending = Arc::new(ending);
    tokio::spawn(end_when_told(told, Arc::clone(&ending)));
    let (close, closing) = watch::channel(false);
    let close = Arc::new(close);
    let routes = example_api::router(&addresses.portal)?;
    let example_api = serve(&running.app, &sockets.example_api, routes, closing.clone())?;
    let subscribers = provider::subscribers(&running.app).await?;
    if is_first {
        print(options, &addresses, &secrets, &subscribers)?;
    }
    let ends = (ending, Arc::clone(&close));
    let provider = (subscribers, Spending::at(network), Arc::clone(&bank));
    let stage = stage(&running.app, &sandbox, provider, (addresses, secrets), ends).await?;
    let portal = serve(&running.app, &sockets.portal, pages::router(&running.app, stage), closing)?;
    let outcome = wait_for_end(ended).await;
    running.app.announce_end();
    close.send_replace(true);
    portal.await?;
    example_api.await?;
    sandbox.stop().await;
    drop(messengers);
    tokio::task::spawn_blocking(move || running.end()).await.context("ending")?;
    Ok(outcome)
}

/// Serves until `closing` becomes true, and lets go of it when nothing more is accepted.
fn serve(
    app: &Arc<App>,
    listener: &StdListener,
    router: Router,
    closing: watch::Receiver<bool>,
) -> anyhow::Result<JoinHandle<()>> {
    let (app, listener) = (Arc::clone(app), async_listener(listener)?);
    Ok(tokio::spawn(async move {
        server::serve(listener, router, &app.config.server, closing).await;
    }))
}

async fn wait_for_end(mut ended: watch::Receiver<Ending>) -> Ending {
    // An error means that nobody can tell any more: that is an end, too.
    ended.wait_for(|ending| *ending != Ending::NotYet).await.map_or(Ending::Told, |ending| *ending)
}

async fn end_when_told(mut told: watch::Receiver<bool>, ending: Arc<watch::Sender<Ending>>) {
    if told.wait_for(|told| *told).await.is_ok() {
        ending.send_replace(Ending::Told);
    }
}

/// What the demo's own pages know.
async fn stage(
    app: &Arc<App>,
    sandbox: &Sandbox,
    (subscribers, spending, bank): (Vec<Subscriber>, Spending, Arc<SandboxBank>),
    (addresses, secrets): (Addresses, Secrets),
    (ending, close): (Arc<watch::Sender<Ending>>, Arc<watch::Sender<bool>>),
) -> anyhow::Result<Stage> {
    let customer: CustomerId = secrets.known.customer_id.parse()?;
    let wallets = app.read(move |reader| reader.wallets_of(customer, None, 1)).await;
    let wallets = wallets.map_err(|problem| anyhow::anyhow!("the sample customer: {}", problem.detail))?;
    let wallet = wallets.rows.first().context("the sample customer has no wallet")?.id;
    let faults = sandbox.faults().clone();
    let opened =
        Opened::read(app).await.map_err(|problem| anyhow::anyhow!("the checklist: {}", problem.detail))?;
    Ok(Stage {
        opened,
        addresses,
        secrets,
        customer,
        wallet,
        faults,
        subscribers,
        spending,
        bank,
        ending,
        close,
    })
}

fn config(folder: &Folder, addresses: &Addresses, port: u16, secrets: &Secrets) -> anyhow::Result<Config> {
    let mut config = Config::embedded()?;
    config.server.listen = format!("127.0.0.1:{port}");
    config.server.public_url.clone_from(&addresses.portal);
    config.server.data = folder.path().to_owned();
    config.stripe.api_url.clone_from(&addresses.sandbox);
    config.stripe.secret_key.clone_from(&secrets.stripe_key);
    config.stripe.webhook_secrets = vec![secrets.webhook_secret.clone()];
    dress(&mut config, secrets)?;
    config.radius.accounting_listen = "127.0.0.1:0".to_owned();
    config.test_clock = true;
    // Whoever tries webhooks here receives them on this machine.
    config.webhooks = Webhooks { allow_private: true, allow_http: true };
    Ok(config)
}

/// Whose the demo is: a company that sells an API and is an internet provider, in São Paulo, with its bank and its Pix key.
fn dress(config: &mut Config, secrets: &Secrets) -> anyhow::Result<()> {
    BRAND.clone_into(&mut config.brand.written.name);
    config.brand.time_zone = TimeZone::get(ZONE)?;
    config.sign_up.enabled = true;
    config.bank = Some(Bank::sample()?);
    config.pix = Some(Pix::sample(&secrets.webhook_secret)?);
    Ok(())
}

/// What the demo in this folder is served with, for commands that work on it; nothing changes if the folder is no demo's.
pub fn settle_in(path: &Path, config: &mut Config) -> anyhow::Result<()> {
    let Some(secrets) = folder::secrets_in(path)? else { return Ok(()) };
    dress(config, &secrets)?;
    if let Some(port) = secrets.port {
        config.server.public_url = Addresses::of(port).portal;
    }
    Ok(())
}

async fn start_bank(
    folder: &Folder,
    sockets: &Sockets,
    (config, addresses, secrets): (&Config, &Addresses, &Secrets),
) -> anyhow::Result<Arc<SandboxBank>> {
    let settings = config.bank.as_ref().context("the demo's settings name a bank")?;
    let config = BankConfig {
        listener: async_listener(&sockets.bank)?,
        bank: settings.account.bank(),
        registers_at_once: true,
        state: Some(folder.bank_file()?),
        clock: real_time(),
        pix_callback: Some(format!("{}{}/{}", addresses.portal, webhooks::PIX_PATH, secrets.webhook_secret)),
    };
    Ok(Arc::new(SandboxBank::start(config).await?))
}

async fn start_sandbox(
    folder: &Folder,
    sockets: &Sockets,
    addresses: &Addresses,
    secrets: &Secrets,
) -> anyhow::Result<Sandbox> {
    let config = SandboxConfig {
        listener: async_listener(&sockets.sandbox)?,
        public_url: addresses.sandbox.clone(),
        secret_key: secrets.stripe_key.clone(),
        webhook: Some(WebhookEndpoint {
            url: format!("{}{}", addresses.portal, webhooks::WEBHOOK_PATH),
            secret: secrets.webhook_secret.clone(),
        }),
        state: Some(folder.sandbox_file()?),
        clock: real_time(),
    };
    Ok(Sandbox::start(config).await?)
}

/// What the strip tells of the faults of those whom the sandbox plays. They outlive it.
fn strip(
    sandbox_url: String,
    faults: sandbox::Faults,
    (network, bank): (Weak<SandboxRouter>, Weak<SandboxBank>),
) -> DemoStrip {
    DemoStrip::new(sandbox_url, move || {
        let settings = faults.settings();
        let router = network.upgrade().map(|network| network.faults()).unwrap_or_default();
        DemoFaults {
            late: settings.webhook_delay_ms > 0,
            twice: settings.webhook_duplicate,
            held: settings.webhook_hold,
            reordered: settings.webhook_reorder,
            lost: settings.webhook_drop_next > 0,
            failing: settings.calls_fail_next > 0,
            unheard: settings.answers_lost_next > 0,
            declined_late: settings.late_decline,
            saved_declined: settings.off_session_decline.is_some(),
            router_twice: router.duplicate,
            router_lost: router.lose_half,
            router_overtaken: router.reorder,
            router_deaf: router.changes == ChangeBehaviour::Silent,
            bank_waits: bank.upgrade().is_some_and(|bank| !bank.registers_at_once()),
        }
    })
}

fn async_listener(listener: &StdListener) -> anyhow::Result<TcpListener> {
    Ok(TcpListener::from_std(listener.try_clone()?)?)
}

impl Sockets {
    fn bind(port: u16) -> anyhow::Result<Sockets> {
        let bind = |offset: u16| {
            let port = port.checked_add(offset).context("the demo needs five ports below 65536")?;
            let listener = StdListener::bind(("127.0.0.1", port)).with_context(|| {
                format!("port {port} cannot be listened on; choose others with --port (the demo needs five in a row)")
            })?;
            listener.set_nonblocking(true)?;
            anyhow::Ok(listener)
        };
        Ok(Sockets {
            portal: bind(0)?,
            sandbox: bind(1)?,
            example_api: bind(2)?,
            router: bind(3)?,
            bank: bind(4)?,
        })
    }
}

impl Addresses {
    fn of(port: u16) -> Addresses {
        let url = |offset| format!("http://127.0.0.1:{}", port.saturating_add(offset));
        Addresses { portal: url(0), sandbox: url(1), example_api: url(2), router: url(3), bank: url(4) }
    }
}

/// One line for a shell: a call of the example API with the sample customer's own key.
pub(crate) fn example_call(addresses: &Addresses, known: &Known) -> String {
    format!("curl -sS -H 'Authorization: Bearer {}' {}/", known.customer_api_key, addresses.example_api)
}

fn print(
    options: &Options,
    addresses: &Addresses,
    secrets: &Secrets,
    subscribers: &[Subscriber],
) -> anyhow::Result<()> {
    let known = &secrets.known;
    let call = example_call(addresses, known);
    let Addresses { portal, sandbox, example_api, router, bank } = addresses;
    let mut out = std::io::stdout().lock();
    if options.json {
        let line = json!({
            "portal_url": portal,
            "api_url": portal,
            "sandbox_url": sandbox,
            "example_api_url": example_api,
            "router_url": router,
            "bank_url": bank,
            "api_key": known.api_key,
            "customer": {
                "id": known.customer_id,
                "email": seed::CUSTOMER_EMAIL,
                "password": secrets.customer_password,
                "api_key": known.customer_api_key,
            },
            "example_call": call,
            "staff": { "email": seed::STAFF_EMAIL, "password": secrets.staff_password },
            "subscribers": subscribers.iter().map(|subscriber| json!({
                "state": subscriber.state,
                "document": subscriber.document,
                "password": secrets.subscriber_password,
                "line_id": subscriber.line_id.to_string(),
            })).collect::<Vec<_>>(),
        });
        writeln!(out, "{line}")?;
    } else {
        writeln!(out, "Saldo's demo is ready: {portal}\n")?;
        writeln!(out, "  customer     {}  {}", seed::CUSTOMER_EMAIL, secrets.customer_password)?;
        for Subscriber { state, document, .. } in subscribers {
            writeln!(out, "  subscriber   {document}  {}  ({state})", secrets.subscriber_password)?;
        }
        writeln!(out, "  staff        {}  {}", seed::STAFF_EMAIL, secrets.staff_password)?;
        writeln!(out, "  API          {portal}/v1  with the key {}", known.api_key)?;
        writeln!(out, "  sandbox      {sandbox}  plays Stripe; pay with 4242 4242 4242 4242")?;
        writeln!(out, "  example API  {example_api}  asks the guard before it answers")?;
        writeln!(out, "  router       {router}  reports what subscribers use; its buttons spend")?;
        writeln!(out, "  bank         {bank}  registers boletos; takes their payment, and Pix\n")?;
        writeln!(out, "Spend some credit and watch the balance move:\n\n  {call}\n")?;
        writeln!(out, "For your shell:\n")?;
        writeln!(out, "  export API_URL={portal} EXAMPLE_API_URL={example_api} API_KEY={}", known.api_key)?;
        writeln!(out, "  export CUSTOMER_ID={}", known.customer_id)?;
        writeln!(out, "  export CUSTOMER_API_KEY={}\n", known.customer_api_key)?;
        writeln!(out, "Ctrl-C ends it; the next start goes on where this one ended.")?;
    }
    out.flush()?;
    Ok(())
}
