using System.Text.Json;
using Dapr.Common.Serialization;
using Dapr.Protocol;
using Dapr.Workflow;
using Dapr.Workflow.Replay;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Serverless.WorkflowSdk.Tests.Support;

/// <summary>What a turn answered, and what the engine noticed.</summary>
internal sealed record TurnResult(WorkflowResponse Response, Divergence? Divergence, Exception? ForeignAwait)
{
    public IReadOnlyList<WorkflowAction> Actions => Response.Actions;

    public CompleteWorkflowAction Completion => Response.Actions.ShouldHaveSingleItem().CompleteWorkflow.ShouldNotBeNull();

    /// <summary>Checks that the turn answered that the code does not fit.</summary>
    public Divergence ShouldStall()
    {
        Response.Actions.ShouldHaveSingleItem().WorkflowVersionNotAvailable.ShouldNotBeNull();
        return Divergence.ShouldNotBeNull();
    }
}

/// <summary>Runs one turn of a workflow's code over a history made by hand.</summary>
internal static class Turn
{
    public static readonly IDaprSerializer Json = new JsonDaprSerializer(new JsonSerializerOptions(JsonSerializerDefaults.Web) { IncludeFields = true });

    /// <summary>Runs the first turn: no past.</summary>
    public static TurnResult First<TOut>(Func<WorkflowContext, Task<TOut>> code, params HistoryEvent[] more) =>
        Run(code, [], [Events.TurnStarted(), Events.Started(), .. more]);

    /// <summary>Runs a later turn: the past begins with the start of the instance.</summary>
    public static TurnResult Next<TOut>(Func<WorkflowContext, Task<TOut>> code, HistoryEvent[] past, params HistoryEvent[] recent) =>
        Run(code, [Events.TurnStarted(), Events.Started(), .. past], [Events.TurnStarted(10), .. recent]);

    public static TurnResult Run<TOut>(
        Func<WorkflowContext, Task<TOut>> code,
        IEnumerable<HistoryEvent> past,
        IEnumerable<HistoryEvent> recent,
        string instanceId = "i1",
        string? executionId = null,
        ILoggerFactory? loggers = null)
    {
        var request = new WorkflowRequest { InstanceId = instanceId, ExecutionId = executionId };
        var history = new WorkflowHistory(past.ToArray(), recent.ToArray());
        var turn = new WorkflowTurn(new Code<TOut>(code), new TurnState("W", request, history, Json, loggers ?? NullLoggerFactory.Instance));
        var response = new WorkflowResponse { InstanceId = instanceId };
        turn.Run(history.Started?.Input, response);
        return new TurnResult(response, turn.Divergence, turn.ForeignAwait);
    }

    private sealed class Code<TOut>(Func<WorkflowContext, Task<TOut>> code) : Workflow<object?, TOut>
    {
        public override Task<TOut> RunAsync(WorkflowContext context, object? input) => code(context);
    }
}
