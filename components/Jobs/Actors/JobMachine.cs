using Serverless.Contracts.Api;
using Serverless.Contracts.Status;

namespace Serverless.Jobs.Actors;

/// <summary>How a job's state changes: pure.</summary>
internal static class JobMachine
{
    /// <summary>States that a pause covers: the workflow goes on underneath, and its state shows again when the job is resumed.</summary>
    private static bool IsWork(JobStatus status) => status is JobStatus.Planning or JobStatus.WaitingForCapacity or JobStatus.Running;

    /// <summary>A new job.</summary>
    public static JobState Accept(JobSubmission submission, DateTimeOffset now) => new()
    {
        Submission = submission,
        History = [new JobHistoryEntry(1, JobStatus.Queued, now, null)],
    };

    /// <summary>Enters a state, if the table of transitions allows it; otherwise the state stays.</summary>
    public static JobState Enter(JobState state, JobStatus next, DateTimeOffset now, string? reason = null)
    {
        var phase = IsWork(next) ? next : state.Phase;
        if (state.Status is JobStatus.Paused && IsWork(next))
        {
            return state with { Phase = phase };
        }

        if (state.Status == next || !JobTransitions.IsAllowed(state.Status, next))
        {
            return state with { Phase = phase };
        }

        return state with
        {
            Status = next,
            Phase = phase,
            WaitingReason = next is JobStatus.WaitingForCapacity ? reason : null,
            WaitingSince = next is JobStatus.WaitingForCapacity ? now : null,
            History = [.. state.History, new JobHistoryEntry(state.History.Count + 1, next, now, reason)],
        };
    }

    /// <summary>A paused job goes on where its workflow stands.</summary>
    public static JobState Resume(JobState state, DateTimeOffset now) => state with
    {
        Status = state.Phase,
        History = [.. state.History, new JobHistoryEntry(state.History.Count + 1, state.Phase, now, null)],
    };

    /// <summary>Why a job cannot be paused now; null if it can.</summary>
    public static string? PauseRefusal(JobState state) =>
        state.Status is JobStatus.Paused || JobTransitions.IsAllowed(state.Status, JobStatus.Paused) ? null : $"a job that is {state.Status.ToWords()} cannot be paused";

    /// <summary>Why a job cannot be resumed now; null if it can.</summary>
    public static string? ResumeRefusal(JobState state) =>
        JobTransitions.IsFinal(state.Status) || state.Status is JobStatus.Cancelling ? $"a job that is {state.Status.ToWords()} cannot be resumed" : null;

    /// <summary>Why a job cannot be cancelled now; null if it can.</summary>
    public static string? CancelRefusal(JobState state) =>
        state.Status is JobStatus.Cancelled or JobStatus.Cancelling || JobTransitions.IsAllowed(state.Status, JobStatus.Cancelling)
            ? null
            : $"a job that is {state.Status.ToWords()} cannot be cancelled";
}
