using System.Diagnostics;
using Dapr.Actors.Runtime;
using Microsoft.Extensions.Logging;
using Serverless.Contracts.Api;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Status;
using Serverless.Jobs.Catalog;
using Serverless.Jobs.Notifications;
using Serverless.Placement.Pools;
using Serverless.Storage;

namespace Serverless.Jobs.Actors;

/// <summary>
/// The durable face of a job: accepts it, starts its workflow, takes what workers report and raises it as events of the workflow's groups. The
/// reminder <c>schedule</c> is registered before the job is saved, so that no accepted job is without one; it starts the workflow, lists the job,
/// and removes itself.
/// </summary>
public sealed partial class JobActor : Actor, IJobActor, IJobNotices, IRemindable
{
    private const string StateKey = "job", EndedKey = "ended", Schedule = "schedule", List = "list", CapacityTimeout = "capacity-timeout";
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(5);

    /// <summary>A broker that does not answer holds up the job's turns no longer; the reminder tries again.</summary>
    private static readonly TimeSpan PublishTime = TimeSpan.FromSeconds(3);

    private readonly JobLinks _links;
    private readonly JobNotifier _notifier;
    private readonly ILogger<JobActor> _logger;
    private readonly TimeProvider _time;
    private readonly ReportWindow _window;
    private JobState? _state;
    private ShardSet _ended = new([]);

    /// <summary>The runtime makes it.</summary>
    public JobActor(ActorHost host, JobLinks links, JobNotifier notifier, ILogger<JobActor> logger, TimeProvider time)
        : base(host) => (_links, _notifier, _logger, _time, _window) = (links, notifier, logger, time, new ReportWindow(time));

    private JobKey Key => JobKey.Parse(Id.GetId());

    private DateTimeOffset Now => _time.GetUtcNow();

    /// <inheritdoc />
    protected override async Task OnActivateAsync()
    {
        var state = await StateManager.TryGetStateAsync<JobState>(StateKey);
        var ended = await StateManager.TryGetStateAsync<byte[]>(EndedKey);
        _state = state.HasValue ? state.Value : null;
        _ended = new ShardSet(ended.HasValue ? ended.Value : []);
    }

    /// <inheritdoc />
    public async Task<SubmitOutcome> SubmitAsync(JobSubmission submission)
    {
        if (_state is { } there)
        {
            var isSame = !there.Deleted && there.Submission.SpecHash == submission.SpecHash;
            return new SubmitOutcome(isSame ? SubmitKind.Repeated : SubmitKind.Conflict, View(there));
        }

        await RegisterReminderAsync(Schedule, state: null, TimeSpan.Zero, Again);
        Failpoints.Hit("jobs.job.before-save");
        await SaveAsync(JobMachine.Accept(submission, Now));
        Failpoints.Hit("jobs.job.saved");
        JobsInstruments.Accepted();
        return new SubmitOutcome(SubmitKind.Accepted, View(_state!));
    }

    /// <inheritdoc />
    public Task<JobView?> GetAsync() => Task.FromResult(_state is { Deleted: false } state ? View(state) : null);

    /// <inheritdoc />
    public Task<IReadOnlyList<ShardProgress>> GetProgressAsync() => Task.FromResult(_window.Shards);

    /// <inheritdoc />
    public async Task EnterAsync(JobStep step)
    {
        if (_state is not { } state)
        {
            return;
        }

        state = state with
        {
            RowsTotal = step.RowsTotal ?? state.RowsTotal,
            ShardsTotal = step.ShardsTotal ?? state.ShardsTotal,
            PoolId = step.PoolId ?? state.PoolId,
            Error = step.Error ?? state.Error,
            Errors = step.Errors ?? state.Errors,
            Ended = step.Final ?? state.Ended,
        };
        if (step.Status is { } status)
        {
            state = JobMachine.Enter(state, status, Now, step.Reason);
        }

        await SaveAsync(state);
        if (step.PoolId is { } pool && state.Status is JobStatus.Paused)
        {
            // The job was paused before it had a pool.
            await _links.Pool(pool).ControlAsync(new JobControl(Id.GetId(), JobControlKind.Pause));
        }
    }

    /// <inheritdoc />
    public async Task<ActOutcome> PauseAsync()
    {
        if (Refused(JobMachine.PauseRefusal) is { } refused)
        {
            return refused;
        }

        await ControlAsync(JobControlKind.Pause);
        await SaveAsync(JobMachine.Enter(_state!, JobStatus.Paused, Now));
        return Done();
    }

    /// <inheritdoc />
    public async Task<ActOutcome> ResumeAsync()
    {
        if (Refused(JobMachine.ResumeRefusal) is { } refused)
        {
            return refused;
        }

        await ControlAsync(JobControlKind.Resume);
        if (_state!.Status is JobStatus.Paused)
        {
            await SaveAsync(JobMachine.Resume(_state, Now));
        }

        return Done();
    }

    /// <inheritdoc />
    public async Task<ActOutcome> CancelAsync()
    {
        if (Refused(JobMachine.CancelRefusal) is { } refused)
        {
            return refused;
        }

        if (_state!.Status is JobStatus.Cancelled)
        {
            return Done();
        }

        // A job whose workflow has not begun has nothing to stop; the reminder finds it ended and starts nothing. A workflow that was started without
        // this being noted gets the event.
        await StopAsync(new StopRequest(JobStatus.Cancelled));
        await SaveAsync(JobMachine.Enter(_state, _state.Scheduled ? JobStatus.Cancelling : JobStatus.Cancelled, Now));
        return Done();
    }

    /// <inheritdoc />
    public async Task<ActOutcome> AddRetryAsync(string id)
    {
        if (Refused(_ => null) is { } refused)
        {
            return refused;
        }

        if (!_state!.Retries.Contains(id))
        {
            await SaveAsync(_state with { Retries = [.. _state.Retries, id] });
        }

        return Done();
    }

    /// <inheritdoc />
    public async Task<ActOutcome> DeleteAsync()
    {
        if (Refused(state => JobTransitions.IsFinal(state.Status) ? null : $"a job that is {state.Status.ToWords()} cannot be deleted; cancel it first") is { } refused)
        {
            return refused;
        }

        var done = Done();
        await _links.Catalog(Key.Tenant, _state!.Submission.SubmittedAt).RemoveAsync(Key.Id);

        // The id stays taken: whoever has it from before never meets another job under it.
        await SaveAsync(_state with { Deleted = true, History = [], Errors = [] }, new ShardSet([]));
        return done;
    }

    /// <inheritdoc />
    public async Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period)
    {
        switch (reminderName)
        {
            case Schedule:
                await ScheduleAsync();
                break;
            case List:
                await TellAsync();
                await UnregisterReminderAsync(List);
                break;
            case CapacityTimeout:
                await GiveUpWaitingAsync();
                break;
        }
    }

    private async Task ScheduleAsync()
    {
        if (_state is { Scheduled: false } state && !JobTransitions.IsFinal(state.Status))
        {
            var submission = state.Submission;

            // The reminder has no trace of its own; what it starts belongs to the one that submitted the job.
            using var trace = JobsTelemetry.Source.StartActivity("schedule job", ActivityKind.Producer, submission.TraceParent);
            trace?.SetTag(JobsTelemetry.JobId, Key.Id);
            Failpoints.Hit("jobs.job.before-schedule");
            await _links.ScheduleAsync(Id.GetId(), new JobWorkflowInput(submission.Key, submission.SpecUri, submission.SubmittedAt));
            Failpoints.Hit("jobs.job.scheduled");
            await SaveAsync(state with { Scheduled = true });
        }

        await TellAsync();
        await UnregisterReminderAsync(Schedule);
    }

    /// <summary>Writes the job's entry in the catalog, and publishes the states that were not published yet, in order.</summary>
    private async Task TellAsync()
    {
        await ListAsync();
        if (_state is not { Deleted: false } state || state.Told >= state.History.Count)
        {
            return;
        }

        foreach (var entry in state.History.Skip(state.Told))
        {
            await _notifier.PublishAsync(JobEvent.Of(state, entry)).WaitAsync(PublishTime, _time);
            Failpoints.Hit("jobs.job.published");
        }

        state = state with { Told = state.History.Count };
        await StateManager.SetStateAsync(StateKey, state);
        await StateManager.SaveStateAsync();
        _state = state;
    }

    private Task ListAsync() => _state is { Deleted: false } state
        ? _links.Catalog(Key.Tenant, state.Submission.SubmittedAt).PutAsync(CatalogEntry.Of(Key.Id, state))
        : Task.CompletedTask;

    private async Task GiveUpWaitingAsync()
    {
        if (_state is not { Status: JobStatus.WaitingForCapacity, Submission.PlacementTimeout: { } timeout } state)
        {
            await UnregisterReminderAsync(CapacityTimeout);
        }
        else if (Now - state.WaitingSince >= timeout)
        {
            await StopAsync(new StopRequest(
                JobStatus.Failed, new JobErrorResource(ErrorCodes.NoCapacity, $"no worker could take the job within placement.timeout ({timeout}): {state.WaitingReason}")));
        }
    }

    /// <summary>The workflow tells the pool: this is done in turns in which the job calls no actor that might wait for it.</summary>
    private Task StopAsync(StopRequest stop) => _links.RaiseAsync(Id.GetId(), JobEvents.Stop, stop);

    private Task ControlAsync(JobControlKind kind) => _state?.PoolId is { } pool ? _links.Pool(pool).ControlAsync(new JobControl(Id.GetId(), kind)) : Task.CompletedTask;

    private ActOutcome? Refused(Func<JobState, string?> why) =>
        _state is not { Deleted: false } state ? new ActOutcome(Found: false, Refusal: null, Job: null)
        : why(state) is { } refusal ? new ActOutcome(Found: true, refusal, View(state))
        : null;

    private ActOutcome Done() => new(Found: true, Refusal: null, View(_state!));

    private JobView View(JobState state) => new(state, JobTransitions.IsFinal(state.Status) ? new JobCounts() : _window.Running, _window.Rate.Tokens, _window.Rate.Rows);

    /// <summary>
    /// Saves the job; a new state is listed and published too. Reminders come first: whatever happens after the job is saved, it is told, and it does
    /// not wait for capacity for ever.
    /// </summary>
    private async Task SaveAsync(JobState state, ShardSet? ended = null)
    {
        var entered = _state is { } before && before.Status != state.Status;
        if (entered)
        {
            await RegisterReminderAsync(List, state: null, Again, Again);
        }

        if (entered && state is { Status: JobStatus.WaitingForCapacity, Submission.PlacementTimeout: { } timeout })
        {
            await RegisterReminderAsync(CapacityTimeout, state: null, timeout, Again);
        }

        await StateManager.SetStateAsync(StateKey, state);
        if (ended is not null)
        {
            await StateManager.SetStateAsync(EndedKey, ended.Bits);
        }

        await StateManager.SaveStateAsync();
        (_state, _ended) = (state, ended ?? _ended);
        if (!entered)
        {
            return;
        }

        LogEntered(Id.GetId(), state.Status);
        JobsInstruments.Entered(state.Status);
        try
        {
            await TellAsync();
            await UnregisterReminderAsync(List);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            LogNotTold(error, Id.GetId());
        }
    }
}
