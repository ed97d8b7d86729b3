using Dapr.Workflow;
using Serverless.Contracts.Api;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Contracts.Status;
using Serverless.Jobs;
using Serverless.Jobs.Actors;

namespace Serverless.Workflows;

/// <summary>A job's groups: at most <see cref="BatchJobWorkflow.Window"/> at once, started in their order, so that the first rows are there first.</summary>
internal sealed class GroupWindow(WorkflowContext context, JobStepsCaller steps, JobRef job, string pool, int shards, int maxAttempts)
{
    private readonly List<(int Group, Task<GroupResult> Task)> _running = [];
    private readonly int _groups = (shards + BatchJobWorkflow.ShardsPerGroup - 1) / BatchJobWorkflow.ShardsPerGroup;
    private int _ended;
    private bool _stopped;

    /// <summary>Groups that were started, 0 .. n-1.</summary>
    public int Started { get; private set; }

    /// <summary>Whether every shard of the job has its part by itself: none was stopped.</summary>
    public bool AllEnded => _ended == _groups && !_stopped;

    /// <summary>Why a group failed; null if none did.</summary>
    public JobErrorResource? Error { get; private set; }

    /// <summary>Shards of the groups that were not started.</summary>
    public IReadOnlyList<ShardRange> NotStarted => Started == _groups ? [] : [new ShardRange(Started * BatchJobWorkflow.ShardsPerGroup, shards - 1)];

    /// <summary>Ends when all groups have ended, or those that were started when the job is stopped, expires or fails.</summary>
    public async Task RunAsync(JobEnding ending)
    {
        while (_running.Count > 0 || (Started < _groups && Error is null && !_stopped))
        {
            while (Started < _groups && _running.Count < BatchJobWorkflow.Window && Error is null && !_stopped && ending.Request is null)
            {
                Start();
            }

            await Task.WhenAny(_running.Select(group => (Task)group.Task).Concat(_stopped ? [] : ending.Tasks));
            Collect();
            var request = Error is { } error ? new StopRequest(JobStatus.Failed, error) : ending.Request;
            if (request is null || _stopped)
            {
                continue;
            }

            if (_running.Count > 0)
            {
                await StopAsync(request);
            }
            else if (Started < _groups)
            {
                _stopped = true;
            }
        }
    }

    private void Start()
    {
        var first = Started * BatchJobWorkflow.ShardsPerGroup;
        var input = new GroupInput(job, pool, Started, first, Math.Min(BatchJobWorkflow.ShardsPerGroup, shards - first), maxAttempts);
        _running.Add((Started, context.CallChildWorkflowAsync<GroupResult>(
            nameof(ShardGroupWorkflow), input, new ChildWorkflowTaskOptions(JobKey.Parse(job.Key).GroupInstance(Started)))));
        Started++;
    }

    private void Collect()
    {
        foreach (var group in _running.Where(group => group.Task.IsCompleted).ToList())
        {
            _running.Remove(group);
            _ended++;
            Error ??= group.Task.IsFaulted
                ? new JobErrorResource(ErrorCodes.Internal, $"group {group.Group} failed: {group.Task.Exception!.InnerException?.Message}")
                : group.Task.Result.Error;
        }
    }

    /// <summary>The pool first: what it hands out no more needs no fence.</summary>
    private async Task StopAsync(StopRequest request)
    {
        _stopped = true;
        await steps.StopShardsAsync(pool);
        foreach (var (group, _) in _running)
        {
            context.SendEvent(JobKey.Parse(job.Key).GroupInstance(group), JobEvents.Stop, request);
        }
    }
}
