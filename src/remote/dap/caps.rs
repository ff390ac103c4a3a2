//! What the client and the debugger can do.

use super::exceptions::OfThread;
use super::uri::PathFormat;
use super::{Adapter, Failed, exceptions, failed};
use serde::Deserialize;
use serde_json::{Value, json};

/// What a client says about itself.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Client {
    #[serde(rename = "linesStartAt1")]
    lines_start_at_1: bool,
    #[serde(rename = "columnsStartAt1")]
    columns_start_at_1: bool,
    path_format: String,
    pub supports_invalidated_event: bool,
    pub supports_memory_event: bool,
    pub supports_progress_reporting: bool,
}

impl Default for Client {
    fn default() -> Client {
        Client {
            lines_start_at_1: true,
            columns_start_at_1: true,
            path_format: "path".into(),
            supports_invalidated_event: false,
            supports_memory_event: false,
            supports_progress_reporting: false,
        }
    }
}

impl Client {
    /// A line as the client counts, from one that begins with 1.
    pub fn line(&self, line: u32) -> u32 {
        if self.lines_start_at_1 { line } else { line.saturating_sub(1) }
    }

    /// A line from 1, from one as the client counts.
    pub fn line_from(&self, line: i64) -> u32 {
        let line = if self.lines_start_at_1 { line } else { line.saturating_add(1) };
        u32::try_from(line.max(0)).unwrap_or(u32::MAX)
    }

    /// The first column.
    pub fn column(&self) -> u32 {
        u32::from(self.columns_start_at_1)
    }

    /// A column from 0, from one as the client counts.
    pub fn column_from(&self, column: i64) -> usize {
        usize::try_from(column - i64::from(self.columns_start_at_1)).unwrap_or(0)
    }
}

/// `initialize`.
pub(super) fn initialize(adapter: &mut Adapter<'_>, client: Client) -> Result<Value, Failed> {
    let Some(format) = PathFormat::named(&client.path_format) else {
        return failed(format!("path or uri is expected as the format of paths, not \"{}\"", client.path_format));
    };
    adapter.sources.format = format;
    adapter.client = client;
    Ok(json!({
        "supportsConfigurationDoneRequest": true,
        "supportsFunctionBreakpoints": true,
        "supportsConditionalBreakpoints": true,
        "supportsHitConditionalBreakpoints": true,
        "supportsLogPoints": true,
        "supportsEvaluateForHovers": true,
        "exceptionBreakpointFilters": exceptions::filters(),
        "supportsExceptionFilterOptions": true,
        "supportsStepBack": true,
        "supportsSetVariable": true,
        "supportsSetExpression": true,
        "supportsRestartFrame": true,
        "supportsGotoTargetsRequest": true,
        "supportsCompletionsRequest": true,
        "completionTriggerCharacters": [" ", "."],
        "supportsModulesRequest": true,
        "supportsRestartRequest": true,
        "supportsValueFormattingOptions": true,
        "supportsExceptionInfoRequest": true,
        "supportsDelayedStackTraceLoading": true,
        "supportsLoadedSourcesRequest": true,
        "supportsTerminateRequest": true,
        "supportsTerminateThreadsRequest": true,
        "supportsDataBreakpoints": true,
        "supportsDataBreakpointBytes": true,
        "supportsReadMemoryRequest": true,
        "supportsWriteMemoryRequest": true,
        "supportsDisassembleRequest": true,
        "supportsCancelRequest": true,
        "supportsBreakpointLocationsRequest": true,
        "supportsSteppingGranularity": true,
        "supportsInstructionBreakpoints": true,
        "supportsSingleThreadExecutionRequests": true,
    }))
}

/// What is to be cancelled.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Cancelled {
    pub request_id: Option<i64>,
    pub progress_id: Option<String>,
}

/// `cancel`: only a search back takes long enough for it.
pub(super) fn cancel(adapter: &mut Adapter<'_>, cancelled: Cancelled) -> Result<Value, Failed> {
    if adapter.running() && adapter.is_back() && adapter.progress.is_meant(&cancelled) {
        return super::run::pause(adapter, OfThread::default());
    }
    Ok(Value::Null)
}
