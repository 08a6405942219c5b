//! Operations in hand, as `serve` drives them: a request comes in, and each small step of its task.

use super::process::{Asks, Caller, Doing, For};
use super::scripts::Script;
use super::world::{Received as Seen, World};
use crate::operations::*;
use crate::run::{self, Admission, Headers, Received};
use crate::store::{Write, Written};
use crate::value::{Bytes, Id};

impl World {
    pub(super) fn receive(&mut self, script: Script, key: u8) {
        let known = script.known();
        if self.process.is_stopping() || self.process.around.stop(&known.pipeline.name).is_some() {
            return self.say("refused at the door".to_owned());
        }
        let received = self.request(key);
        let process = &mut self.process;
        let admission = run::admit(&known.pipeline, &received, &|name| process.secrets.get(name));
        assert!(matches!(admission, Admission::LetIn(None)));
        let id = received.id;
        let mut live =
            begin(known.pipeline.clone(), received.clone(), known.program.clone(), &process.around);
        let first = process.step(&mut live, self.now);
        let asks = known.within.map(|_| Asks { script, received, looked_at: None });
        process.callers.insert(id, Caller { script, parked: false });
        process.take_in_hand(id, Some(Box::new(live)), asks, Doing::Next(first));
        self.received.push(Seen { id, script, key });
    }

    fn request(&self, key: u8) -> Received {
        let token = self.process.secrets.get("GATE").unwrap();
        let headers = [("content-type", &b"application/json"[..]), ("x-token", token.as_bytes())];
        Received {
            id: self.process.around.ids.next(self.now, 0),
            at: self.now,
            method: "POST".into(),
            target: "/p".into(),
            headers: Headers::collect(headers.into_iter()),
            body: format!("{{\"id\": \"k{key}\"}}").into(),
            ip: "127.0.0.1".into(),
            params: Vec::new(),
            receipt: None,
        }
    }

    /// Who has a key, as the store says it to one more request.
    pub(super) fn who_has(&mut self, script: Script, key: u8) -> Option<Id> {
        let known = script.known();
        let around = &self.process.around;
        let mut live = begin(known.pipeline.clone(), self.request(key), known.program.clone(), around);
        let Step::Commit(write) = self.process.step(&mut live, self.now) else { return None };
        match self.process.store.commit(&[write], self.now).unwrap().pop() {
            Some(Written::Duplicate { of, .. }) => Some(of),
            _ => None,
        }
    }

    /// The next small step of one task.
    pub(super) fn move_task(&mut self, number: u64) {
        let Some(at) = self.process.tasks.iter().position(|task| task.number == number) else { return };
        let mut task = self.process.tasks.swap_remove(at);
        self.process.tasks.sort_by_key(|task| task.number);
        let now = self.now;
        match std::mem::replace(&mut task.doing, Doing::Committing) {
            Doing::Next(Step::Commit(write)) => {
                self.process.queue.push_back((write, For::Task(number)));
            }
            Doing::Next(Step::Answer(reply)) => {
                self.tell(task.id, &reply);
                let live = task.live.as_mut().unwrap();
                task.doing = Doing::Next(self.process.step(live, now));
            }
            Doing::Next(Step::Call(call)) => {
                let live = task.live.as_ref().unwrap();
                if live.answered() && !call.is_promised && self.process.is_stopping() {
                    // Its row says what is to be done; the next start sees to it.
                    return self.forget(task.id);
                }
                let rows = self.check_call(&call.request);
                let (_, label, _) = super::target::read(&call.request.url);
                let attempt = self.target.take(&call.request, rows);
                let call = self.target.calls.len() - 1;
                self.say(format!(
                    "{} calls {label}: {:?}",
                    self.name(task.id),
                    self.target.calls[call].meets
                ));
                task.doing = Doing::Calling { call, attempt };
            }
            Doing::Next(Step::Slot { until }) => {
                task.doing = Doing::Slot { until, freed: self.process.freed() };
            }
            Doing::Next(Step::Parked) => return self.parked(task.id, task.live.as_ref().unwrap().answered()),
            Doing::Next(Step::Ended(state)) => {
                self.say(format!("{} is {}", self.name(task.id), state.as_str()));
                return self.forget(task.id);
            }
            Doing::Calling { call, attempt } => {
                self.now += 10;
                self.process.heard.push(call);
                let live = task.live.as_mut().unwrap();
                let moment = Moment { now: self.now, secrets: &self.process.secrets };
                live.attempted(attempt, &self.process.around, &moment);
                task.doing = Doing::Next(self.process.step(live, self.now));
            }
            Doing::Slot { .. } => {
                let live = task.live.as_mut().unwrap();
                task.doing = Doing::Next(self.process.step(live, now));
            }
            Doing::Watching { of, news, .. } => {
                let asks = task.asks.take().unwrap();
                match news {
                    true => self.ask_again(task.id, asks),
                    false => self.repeats(task.id, asks, of, First::Open),
                }
                return;
            }
            waiting @ (Doing::Committing | Doing::Repeats(_)) => task.doing = waiting,
        }
        self.process.tasks.push(task);
        self.process.tasks.sort_by_key(|task| task.number);
    }

    /// Nobody goes on waiting for an answer that will not come.
    fn forget(&mut self, id: Id) {
        let waits = self.process.callers.remove(&id).is_some();
        self.must(!waits, || format!("the caller of {id} is given up without an answer"));
        self.process.left.remove(&id);
        self.process.wake(id);
    }

    fn parked(&mut self, id: Id, answered: bool) {
        if answered {
            self.forget(id);
        } else if let Some(caller) = self.process.callers.get_mut(&id) {
            caller.parked = true;
            let name = caller.script.known().pipeline.name.clone();
            if self.process.around.stop(&name) == Some(Stop::Held) {
                // It goes on when the pipeline is started again, and its caller does not wait for that.
                self.tell_of_trouble(id);
            }
        }
        self.process.woken = true;
    }

    /// What became of the write of a task. An error means that nothing is known of it.
    pub(super) fn written(&mut self, number: u64, written: Result<Written, ()>) {
        let Some(at) = self.process.tasks.iter().position(|task| task.number == number) else { return };
        let mut task = self.process.tasks.remove(at);
        let (doing, written) = (std::mem::replace(&mut task.doing, Doing::Committing), written);
        match (doing, written) {
            (_, Err(())) => {
                self.refused.insert(task.id);
                self.tell_of_trouble(task.id);
            }
            (Doing::Repeats(reply), Ok(_)) => self.tell(task.id, &reply),
            (_, Ok(Written::Done)) => {
                task.asks = None;
                let live = task.live.as_mut().unwrap();
                live.committed();
                task.doing = Doing::Next(self.process.step(live, self.now));
                self.process.tasks.insert(at, task);
            }
            (_, Ok(Written::Duplicate { of, answer })) => {
                task.live = None;
                match task.asks.take() {
                    Some(asks) => self.repeated(task.id, asks, of, answer),
                    None => self.must(false, || format!("a further row of {} is a duplicate", task.id)),
                }
            }
            (_, Ok(Written::Fenced)) => {
                self.must(false, || format!("{} was taken out of the hand that goes on with it", task.id));
            }
        }
    }

    /// Its key is another's.
    fn repeated(&mut self, id: Id, mut asks: Asks, of: Id, answer: Option<Bytes>) {
        let body = asks.received.body.clone();
        let kept = answer.as_ref().and_then(|answer| kept_answer(answer, &body));
        let first = match kept {
            Some(first) => first,
            None => first_of(self.process.store.load(of).unwrap_or_default().as_ref(), &body),
        };
        let until = asks.received.at.saturating_add(PATIENCE);
        if matches!(first, First::Open) && until > self.now {
            let doing = Doing::Watching { of, until, news: false };
            self.say(format!("{} waits for its first one", self.name(id)));
            self.process.take_in_hand(id, None, Some(asks), doing);
        } else if !matches!(first, First::Open) && answer.is_none() && asks.looked_at.replace(of) != Some(of)
        {
            self.ask_again(id, asks);
        } else {
            self.repeats(id, asks, of, first);
        }
    }

    fn ask_again(&mut self, id: Id, asks: Asks) {
        let known = asks.script.known();
        let around = &self.process.around;
        let mut live = begin(known.pipeline.clone(), asks.received.clone(), known.program.clone(), around);
        let first = self.process.step(&mut live, self.now);
        self.process.take_in_hand(id, Some(Box::new(live)), Some(asks), Doing::Next(first));
    }

    fn repeats(&mut self, id: Id, asks: Asks, of: Id, first: First) {
        self.say(format!("{} repeats one", self.name(id)));
        let known = asks.script.known();
        let (write, reply) =
            duplicate(&known.pipeline, &asks.received, &known.program, of, first, &self.process.around);
        self.process.take_in_hand(id, None, None, Doing::Repeats(reply));
        let number = self.process.tasks.last().unwrap().number;
        self.process.queue.push_back((write, For::Task(number)));
    }
}

/// What tells of something that has happened, and so is never dropped.
pub(super) fn is_kept(write: &Write) -> bool {
    matches!(write, Write::Step(_))
}
