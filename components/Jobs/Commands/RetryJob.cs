using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MediatR;
using Serverless.Contracts.Specs;
using Serverless.Contracts.Status;
using Serverless.Jobs.Actors;

namespace Serverless.Jobs.Commands;

/// <summary>Runs what failed of a job that has ended, in a job of its own that is linked to it.</summary>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Id">The job.</param>
public sealed record RetryJob(string Tenant, string Id) : IRequest<RetryResult>, ITenantCommand;

/// <summary>What became of it.</summary>
/// <param name="Found">Whether there is such a job.</param>
/// <param name="Refusal">Why it cannot be retried; null if it was.</param>
/// <param name="Submitted">The new job; the one that is under way, if there is one.</param>
public sealed record RetryResult(bool Found, string? Refusal, SubmitResult? Submitted);

/// <summary>
/// The retries of a job form a line: each runs what the one before left. What failed as a whole goes on in its own folder; of what has ended, the rows
/// that failed or were never started are run into a folder below the job's. The new job's id follows from the job's, so a command that is repeated after a crash
/// finds the job that the first one made.
/// </summary>
public sealed class RetryJobHandler(IMediator mediator, JobActors actors, TimeProvider time) : IRequestHandler<RetryJob, RetryResult>
{
    private const int LongestId = 64;

    /// <inheritdoc />
    public async Task<RetryResult> Handle(RetryJob command, CancellationToken cancellationToken)
    {
        var key = new JobKey(command.Tenant, command.Id);
        if (await actors.Job(key).GetAsync() is not { } job)
        {
            return new RetryResult(Found: false, null, null);
        }

        if (job.State.Submission.RetryOf is { } root)
        {
            return Refuse($"job {key.Id} is a retry of {root}; retry that one");
        }

        var last = await LastAsync(key, job);
        var (state, lastId) = (last.State, JobKey.Parse(last.State.Submission.Key).Id);
        if (!JobTransitions.IsFinal(state.Status))
        {
            return last == job
                ? Refuse($"job {key.Id} is {state.Status.ToWords()}; a job is retried when it has ended")
                : new RetryResult(Found: true, null, new SubmitResult([], new SubmitOutcome(SubmitKind.Repeated, last)));
        }

        if (state.Status is JobStatus.Completed)
        {
            return Refuse(last == job ? $"no row of job {key.Id} failed" : $"no row of job {key.Id} is left: its retry {lastId} has run them all");
        }

        var id = IdOf(key.Id, job.State.Retries.Count + 1);
        var spec = SpecOf(await SpecStore.ReadAsync(state.Submission.SpecUri, cancellationToken), id, job, state);
        var result = await mediator.Send(new SubmitJob(key.Tenant, spec, RetryOf: key.Id), cancellationToken);
        if (result.Outcome is { Kind: SubmitKind.Accepted or SubmitKind.Repeated })
        {
            await actors.Job(key).AddRetryAsync(id);
        }

        return new RetryResult(Found: true, null, result);
    }

    /// <summary>The last retry that is there, or the job itself.</summary>
    private async Task<JobView> LastAsync(JobKey key, JobView job)
    {
        foreach (var id in job.State.Retries.Reverse())
        {
            if (await actors.Job(key with { Id = id }).GetAsync() is { } retry)
            {
                return retry;
            }
        }

        return job;
    }

    private JobSpec SpecOf(JobSpec spec, string id, JobView job, JobState last)
    {
        spec = spec with
        {
            Id = id,
            Deadline = spec.Deadline is { } deadline && SpecTimes.Instant(deadline) <= time.GetUtcNow() ? null : spec.Deadline,
        };

        // Without a plan there are no rows of which some failed, and without a manifest it is not known which: it goes on where it was.
        return last.Status is JobStatus.Failed || last.RowsTotal == 0 ? spec : spec with
        {
            Input = spec.Input with { FailedRowsOf = spec.Output.Uri },
            Output = spec.Output with { Uri = $"{job.State.Submission.OutputUri.TrimEnd('/')}/_retry/{id}" },
        };
    }

    private static string IdOf(string job, int number)
    {
        var end = string.Create(CultureInfo.InvariantCulture, $"-retry-{number}");
        if (job.Length + end.Length <= LongestId)
        {
            return job + end;
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(job)))[..12];
        return $"{job[..(LongestId - end.Length - hash.Length - 1)]}-{hash}{end}";
    }

    private static RetryResult Refuse(string why) => new(Found: true, why, null);
}
