using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using MediatR;
using Serverless.Contracts;
using Serverless.Contracts.Specs;
using Serverless.Contracts.Status;
using Serverless.Contracts.Validation;
using Serverless.Jobs.Actors;
using Serverless.Jobs.Tenants;
using Serverless.Storage;

namespace Serverless.Jobs.Commands;

/// <summary>Accepts a job.</summary>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Spec">The job.</param>
/// <param name="IdempotencyKey">Makes a repeated command the same job although the spec has no id. Default: none.</param>
/// <param name="RetryOf">The id of the job whose failed rows it runs. Default: none.</param>
public sealed record SubmitJob(string Tenant, JobSpec Spec, string? IdempotencyKey = null, string? RetryOf = null) : IRequest<SubmitResult>, ITenantCommand;

/// <summary>What became of it: the errors of the spec, or the outcome.</summary>
/// <param name="Errors">What is wrong with the spec; empty when it was accepted.</param>
/// <param name="Outcome">The job.</param>
/// <param name="Refusal">Why the tenant may not submit now; null otherwise.</param>
public sealed record SubmitResult(IReadOnlyList<SpecError> Errors, SubmitOutcome? Outcome, string? Refusal = null);

/// <summary>
/// Writes the spec to blob storage, then hands the job to its actor, which makes it durable. A crash in between leaves a spec that nobody
/// knows; the next try finds and uses it.
/// </summary>
public sealed class SubmitJobHandler(SpecStore specs, JobActors actors, JobsOptions options, TimeProvider time) : IRequestHandler<SubmitJob, SubmitResult>
{
    /// <summary>A submission that took a place and did not come to its job's actor within this time has failed.</summary>
    private static readonly TimeSpan Unborn = TimeSpan.FromMinutes(5);

    /// <inheritdoc />
    public async Task<SubmitResult> Handle(SubmitJob command, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var id = command.Spec.Id ?? (command.IdempotencyKey is { } idempotency ? IdOf(command.Tenant, idempotency) : JobId.Create(now));
        var key = new JobKey(command.Tenant, id);
        var spec = command.Spec with { Id = id };
        var policy = options.PolicyOf(command.Tenant);
        if (policy.MaxJobs is { } limit && !await TakePlaceAsync(key, limit, now))
        {
            return new SubmitResult([], null, $"tenant {command.Tenant} has {limit} jobs that have not ended, as many as it may; wait for one or cancel one");
        }

        var (uri, hash) = await specs.WriteAsync(key, spec, cancellationToken);
        if (hash != SpecStore.HashOf(spec))
        {
            return await actors.Job(key).GetAsync() is { } other
                ? new SubmitResult([], new SubmitOutcome(SubmitKind.Conflict, other))
                : new SubmitResult([new SpecError("id", $"another spec was submitted as \"{id}\" before; ids are never used again, choose another one")], null);
        }

        Failpoints.Hit("jobs.submit.before-actor");
        var outcome = await actors.Job(key).SubmitAsync(new JobSubmission(
            key.ToString(), uri, hash, spec.Name, spec.Priority, spec.Output.Uri, now, spec.MaxErrorRate, SpecTimes.PlacementTimeout(spec), spec.Metadata, command.RetryOf,
            Activity.Current?.Id));
        return new SubmitResult([], outcome);
    }

    /// <summary>Takes a place among the tenant's jobs. If all are taken, those of jobs that have ended, or never came to be, are free.</summary>
    private async Task<bool> TakePlaceAsync(JobKey key, int limit, DateTimeOffset now)
    {
        var tenant = actors.Tenant(key.Tenant);
        var place = new TenantPlace(key.ToString(), limit, now);
        if (await tenant.TakeAsync(place))
        {
            return true;
        }

        foreach (var (job, since) in await tenant.GetPlacesAsync())
        {
            var isFree = await actors.Job(JobKey.Parse(job)).GetAsync() is { } there ? JobTransitions.IsFinal(there.State.Status) : now - since > Unborn;
            if (isFree)
            {
                await tenant.GiveBackAsync(job);
            }
        }

        return await tenant.TakeAsync(place);
    }

    /// <summary>The same key of the same tenant is the same job.</summary>
    private static string IdOf(string tenant, string key) =>
        "job-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{tenant}\n{key}")))[..24];
}
