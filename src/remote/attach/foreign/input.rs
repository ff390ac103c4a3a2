//! What is given to the tasks of an executive that is not hsxray.

use super::Foreign;
use crate::backend::answer::{Done, Poked, Register, Sent, TaskState};
use crate::backend::request::Input;
use crate::backend::{Pid, Refused, Reg};
use crate::text::hex;
use serde_json::{Value, json};

impl Foreign {
    fn poke(&self, pid: Pid, address: u16, bytes: &[u8]) -> Result<Value, Refused> {
        self.ask(json!({ "cmd": "poke", "pid": pid, "addr": address, "data": hex::text(bytes) }))
    }

    fn message(&self, pid: Pid, mailbox: Option<String>, bytes: &[u8]) -> Result<Done, Refused> {
        let target = mailbox.unwrap_or_else(|| format!("svc:stdio.in@{pid}"));
        let send = json!({ "cmd": "send", "pid": pid, "channel": target, "data_hex": hex::text(bytes) });
        let reply = self.ask(send)?;
        if reply["mbx_status"] == 1 {
            return Err(Refused::Now(format!("{target} is full")));
        }
        Ok(Done::Sent(Sent { pid, target, length: bytes.len(), seq: None, unopened: false }))
    }

    pub(super) fn input(&self, input: Input) -> Result<Done, Refused> {
        match input {
            Input::Register { pid, reg: Reg::R(i), value } => {
                let task = self.picture.task(pid).ok_or_else(|| Refused::Now(format!("there is no task {pid}")))?;
                let address = task.reg_base.saturating_add(4 * u16::from(i));
                self.poke(pid, address, &value.to_le_bytes())?;
                Ok(Done::Register(Register { pid, reg: format!("R{i}"), value }))
            }
            Input::Register { .. } => Self::never("set PC, SP or PSW"),
            Input::Poke { pid, address, bytes } => {
                self.poke(pid, address, &bytes)?;
                Ok(Done::Poked(Poked { pid, address, length: bytes.len() }))
            }
            Input::Send { pid, mailbox, text } => self.message(pid, mailbox, text.as_bytes()),
            Input::Bytes { pid, mailbox, bytes } => self.message(pid, Some(mailbox), &bytes),
            Input::Pause(pid) => self.state(pid, "pause", "paused"),
            Input::Resume(pid) => self.state(pid, "resume", "ready"),
            Input::Kill(pid) => self.state(pid, "kill", "killed"),
            Input::Quantum { .. } | Input::Order(_) | Input::Preempt => Self::never("change the order of turns"),
            Input::Rebase { .. } => Self::never("move a register window"),
            Input::Variable { .. } => Self::never("change variables of C"),
            Input::Listen { .. } | Input::Stdio { .. } => Self::never("take what tasks print"),
            Input::Value { .. } | Input::Call { .. } => Self::never("change values of the registry"),
        }
    }

    fn state(&self, pid: Pid, command: &str, state: &'static str) -> Result<Done, Refused> {
        self.ask(json!({ "cmd": command, "pid": pid }))?;
        Ok(Done::State(TaskState { pid, state }))
    }
}
