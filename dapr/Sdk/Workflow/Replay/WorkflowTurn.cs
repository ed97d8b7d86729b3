using Dapr.Protocol;

namespace Dapr.Workflow.Replay;

/// <summary>
/// One turn of a workflow: the code runs from its beginning over the whole history, on the calling thread, and the answer is what it asks
/// for beyond what the history has.
/// </summary>
internal sealed class WorkflowTurn
{
    private readonly TurnState turn;
    private readonly ReplayContext context;
    private readonly IWorkflow workflow;
    private bool endedElsewhere;

    public WorkflowTurn(IWorkflow workflow, TurnState turn)
    {
        this.workflow = workflow;
        this.turn = turn;
        context = new ReplayContext(turn);
    }

    /// <summary>Where code and history disagree, once the turn has run. Null when they agree.</summary>
    public Divergence? Divergence => turn.Divergence;

    /// <summary>What the code awaits that is not its context's, once the turn has run. Null when there is no such thing.</summary>
    public ForeignAwaitException? ForeignAwait { get; private set; }

    /// <summary>Runs the turn.</summary>
    /// <param name="input">The input as text.</param>
    /// <param name="response">Where the answer goes.</param>
    public void Run(string? input, WorkflowResponse response)
    {
        var outside = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        turn.Thread.Enter();
        try
        {
            if (turn.History.Past.FirstOrDefault(entry => entry.WorkflowStarted is not null) is { } first)
            {
                turn.Patches.TurnStarted(first.WorkflowStarted);
            }

            var run = ExecuteAsync(input);
            if (!StopsAtForeignAwait(run))
            {
                new EventFeed(turn).FeedAll();
                StopsAtForeignAwait(run);
            }

            CheckForUnclaimed(run);
            Answer(run, response);
        }
        finally
        {
            turn.Thread.Leave();
            SynchronizationContext.SetSynchronizationContext(outside);
        }
    }

    private async Task<object?> ExecuteAsync(string? input)
    {
        try
        {
            return await workflow.RunAsync(context, turn.Serializer.Deserialize(input, workflow.InputType)).ConfigureAwait(false);
        }
        finally
        {
            endedElsewhere |= !turn.Thread.Check();
        }
    }

    private bool StopsAtForeignAwait(Task run)
    {
        if (turn.Divergence is not null || turn.Continuations.Count > 0)
        {
            return false;
        }

        if (endedElsewhere || turn.Thread.HasStrayed)
        {
            ForeignAwait = context.ForeignAwait("the code went on outside of the workflow's thread");
        }
        else if (!run.IsCompleted && !turn.Tasks.AnyAwaited && !turn.Events.AnyAwaited)
        {
            ForeignAwait = context.ForeignAwait("the code has stopped although it waits for nothing durable");
        }

        return ForeignAwait is not null;
    }

    private void CheckForUnclaimed(Task run)
    {
        if (ForeignAwait is null && turn.Recorded.FirstUnclaimed is { } position)
        {
            turn.Diverge(position, run.IsCompleted ? "the code has ended without asking for it" : "the code has not asked for it");
        }
    }

    private void Answer(Task<object?> run, WorkflowResponse response)
    {
        response.CustomStatus = turn.CustomStatus;
        if (turn.Divergence is { } divergence)
        {
            response.Actions.Add(new WorkflowAction { Id = divergence.EventId, WorkflowVersionNotAvailable = new WorkflowVersionNotAvailableAction() });
            return;
        }

        if (turn.Patches.Evaluated is { } patches)
        {
            response.Version = new WorkflowVersion { Name = turn.Name };
            response.Version.Patches.AddRange(patches);
        }

        if (ForeignAwait is { } foreign)
        {
            response.Actions.Add(Completion.Failed(Failures.Of(foreign, isNonRetriable: true)));
            return;
        }

        foreach (var (action, keepsEvents) in turn.Continuations)
        {
            if (keepsEvents)
            {
                action.CarryoverEvents.AddRange(turn.Events.Unprocessed);
            }
        }

        response.Actions.AddRange(turn.Actions);
        if (run.IsCompleted && turn.Continuations.Count == 0)
        {
            response.Actions.Add(Completion.Of(run, turn.Serializer));
        }
    }
}
