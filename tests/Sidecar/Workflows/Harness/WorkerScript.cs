using Dapr.Protocol;

namespace Serverless.Sidecar.Tests.Workflows.Harness;

/// <summary>What a worker does: workflows as functions of a turn, activities as functions of their input.</summary>
internal sealed class WorkerScript
{
    private readonly Dictionary<string, Action<Turn>> _workflows = [];
    private readonly Dictionary<string, Func<ActivityRequest, Task<string?>>> _activities = [];

    /// <summary>Called with each item that comes, before anything is done with it.</summary>
    public Action<WorkItem> OnItem { get; init; } = _ => { };

    /// <summary>Whether tokens are sent back.</summary>
    public bool SendsTokens { get; init; } = true;

    public WorkerScript Workflow(string name, Action<Turn> turn)
    {
        _workflows[name] = turn;
        return this;
    }

    public WorkerScript Activity(string name, Func<ActivityRequest, Task<string?>> run)
    {
        _activities[name] = run;
        return this;
    }

    public WorkerScript Activity(string name, Func<string?, string?> run) => Activity(name, request => Task.FromResult(run(request.Input)));

    public WorkflowResponse Answer(WorkflowRequest request, IReadOnlyList<HistoryEvent> past)
    {
        var turn = new Turn(request, past);
        if (_workflows.TryGetValue(turn.Name, out var workflow))
        {
            workflow(turn);
        }
        else
        {
            turn.VersionNotAvailable();
        }

        return turn.Response();
    }

    public async Task<ActivityResponse> AnswerAsync(ActivityRequest request)
    {
        var response = new ActivityResponse { InstanceId = request.WorkflowInstance.InstanceId, TaskId = request.TaskId };
        try
        {
            response.Result = await _activities[request.Name](request);
        }
        catch (Exception error)
        {
            response.FailureDetails = new TaskFailureDetails { ErrorType = error.GetType().Name, ErrorMessage = error.Message };
        }

        return response;
    }
}
