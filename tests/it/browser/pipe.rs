//! The two pipes to a browser, and the DevTools protocol that is spoken through them: JSON messages,
//! each ended by a zero byte.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

/// No command takes longer, even where many tests share a slow machine: not one that waits in a page either.
const PATIENCE: Duration = Duration::from_secs(240);

/// Something that the browser tells without being asked.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// What happened, as the protocol names it.
    pub(crate) method: String,
    /// The particulars.
    pub(crate) params: Value,
}

/// Who waits for what: answers by the number of the command, events by their session.
#[derive(Default)]
struct Waiting {
    number: u64,
    answers: HashMap<u64, Sender<Value>>,
    listeners: HashMap<String, Sender<Event>>,
}

/// The connection. Any number of threads may speak through it.
pub(crate) struct Pipe {
    to: Mutex<Box<dyn Write + Send>>,
    waiting: Arc<Mutex<Waiting>>,
}

impl Pipe {
    /// A connection over two pipes, one for each direction.
    pub(crate) fn over(to: impl Write + Send + 'static, from: impl Read + Send + 'static) -> Self {
        let waiting = Arc::new(Mutex::new(Waiting::default()));
        let heard = Arc::clone(&waiting);
        std::thread::spawn(move || {
            let messages = BufReader::new(from).split(0).map_while(Result::ok);
            for message in messages {
                hand_out(&heard, &serde_json::from_slice(&message).unwrap());
            }
            // Nobody will answer any more: who waits learns it at once.
            heard.lock().unwrap().answers.clear();
        });
        Self { to: Mutex::new(Box::new(to)), waiting }
    }

    /// Hears what is told in a session from now on.
    pub(crate) fn listen(&self, session: &str) -> Receiver<Event> {
        let (to, from) = channel();
        self.waiting.lock().unwrap().listeners.insert(session.to_owned(), to);
        from
    }

    /// Gives a command, in a session or to the browser itself, and waits for the answer; what was
    /// wrong with it as the error.
    pub(crate) fn ask(
        &self,
        session: Option<&str>,
        method: &str,
        params: &Value,
    ) -> Result<Value, String> {
        let (sender, answer) = channel();
        let number = {
            let mut waiting = self.waiting.lock().unwrap();
            waiting.number += 1;
            let number = waiting.number;
            waiting.answers.insert(number, sender);
            number
        };
        let mut message = json!({ "id": number, "method": method, "params": params });
        if let Some(session) = session {
            message["sessionId"] = json!(session);
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.to.lock().unwrap().write_all(&bytes).map_err(|it| format!("{method}: {it}"))?;
        let answer = answer.recv_timeout(PATIENCE).map_err(|it| match it {
            RecvTimeoutError::Timeout => format!("{method}: no answer in {PATIENCE:?}"),
            RecvTimeoutError::Disconnected => format!("{method}: the browser has ended"),
        })?;
        match answer.get("error") {
            Some(error) => Err(format!("{method}: {error}")),
            None => Ok(answer["result"].clone()),
        }
    }
}

/// Gives a message to who waits for it. What nobody waits for is about tabs that are closed.
fn hand_out(waiting: &Mutex<Waiting>, message: &Value) {
    let mut waiting = waiting.lock().unwrap();
    if let Some(number) = message["id"].as_u64() {
        if let Some(answer) = waiting.answers.remove(&number) {
            let _ = answer.send(message.clone());
        }
        return;
    }
    let session = message["sessionId"].as_str().unwrap_or_default();
    if let Some(listener) = waiting.listeners.get(session) {
        let method = message["method"].as_str().unwrap_or_default().to_owned();
        let _ = listener.send(Event { method, params: message["params"].clone() });
    }
}
