using System.Runtime.CompilerServices;
using System.Text.Json;
using Serverless.Contracts;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;

namespace Serverless.Processing.Jobs;

/// <summary>What follows the plan and the parts: finding parts, sealing groups, fencing what was stopped, the manifest.</summary>
internal sealed class JobClosing(JobWorkspace workspace, PlanCache plans, TimeProvider time)
{
    const int AtOnce = 8;

    readonly OutputFolder output = workspace.Output;
    readonly Finalizer finalizer = new(workspace.Output, time);
    volatile Planned? planned;

    public async Task<IReadOnlyList<DoneShard>> FindDoneAsync(int firstShard, int count, CancellationToken cancellationToken)
    {
        var there = new bool[count];
        var limits = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, count, limits, async (i, token) => there[i] = await output.ExistsAsync(ShardRecord.PartNameOf(firstShard + i), token));
        List<DoneShard> done = [];
        var (_, pages) = await PlannedAsync(cancellationToken);
        foreach (var shard in Enumerable.Range(firstShard, count).Where(shard => there[shard - firstShard]))
            done.Add(new DoneShard(shard, (await pages.GetAsync(shard, cancellationToken)).Rows));
        return done;
    }

    public async Task<SealedGroup> SealAsync(int group, int firstShard, int count, CancellationToken cancellationToken)
    {
        var (plan, pages) = await PlannedAsync(cancellationToken);
        var shards = await pages.RangeAsync(firstShard, count, cancellationToken).ToListAsync(cancellationToken);
        var record = await new GroupSealer(output, plan.Fingerprint).SealAsync(shards, null, cancellationToken);

        // Parts are final, so whoever seals a group again writes the same; unless somebody removed a part and had it made anew.
        await output.Store.ReplaceAsync(GroupRecord.BlobName(group), JsonSerializer.SerializeToUtf8Bytes(record, ContractsJson.Compact), cancellationToken);
        return new SealedGroup(
            group, record.Parts.Sum(part => part.Rows), record.Parts.Sum(part => part.RowsFailed), record.Parts.Sum(part => part.Records), record.Usage);
    }

    public async Task<bool> FenceAsync(int firstShard, int count, string errorCode, CancellationToken cancellationToken)
    {
        var error = new RowError(
            errorCode,
            errorCode == ErrorCodes.Expired ? "the job's deadline passed before this row was generated" : "the job was cancelled before this row was generated",
            RowStages.Engine);
        var (plan, pages) = await PlannedAsync(cancellationToken);
        using var schema = new PartSchema(output, plan, workspace.EngineColumns);
        var fence = new Fence(workspace.Job, plan, output, schema, workspace.EngineColumns);
        await foreach (var shard in pages.RangeAsync(firstShard, count, cancellationToken))
        {
            if (!await output.ExistsAsync(shard.PartName, cancellationToken))
                await fence.RaiseAsync(shard, error, cancellationToken);
        }

        return true;
    }

    public async Task<Manifest> FinishAsync(JobEnd end, CancellationToken cancellationToken)
    {
        var manifest = await ReadManifestAsync(cancellationToken) ?? await WriteManifestAsync(end, cancellationToken);
        await output.SweepWorkAsync(cancellationToken);
        return manifest;
    }

    async Task<Manifest> WriteManifestAsync(JobEnd end, CancellationToken cancellationToken)
    {
        var record = await output.ReadClaimAsync(cancellationToken);
        var (plan, _) = await PlannedAsync(cancellationToken);
        var columns = plan.Schema ?? throw new JobException(ErrorCodes.OutputCorrupt, $"{output.Uri}: {JobPlan.FileName} has no schema; a job file's plan has one");
        try
        {
            return await finalizer.FinishAsync(record, plan, columns, GroupsAsync(end.OfferedGroups, cancellationToken), end, cancellationToken);
        }
        catch (JobException)
        {
            // Another one that finished the job meanwhile has swept the groups that this one was reading.
            if (await ReadManifestAsync(cancellationToken) is not { } other)
                throw;
            return other;
        }
    }

    async Task<Manifest?> ReadManifestAsync(CancellationToken cancellationToken)
    {
        var manifest = await output.ReadAsync<Manifest>(Manifest.FileName, cancellationToken);
        if (manifest is not null)
            await finalizer.MarkAsync(manifest, cancellationToken);
        return manifest;
    }

    async IAsyncEnumerable<GroupRecord> GroupsAsync(int groups, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var group = 0; group < groups; group++)
        {
            var name = GroupRecord.BlobName(group);
            yield return await output.ReadAsync<GroupRecord>(name, cancellationToken)
                ?? throw new JobException(ErrorCodes.OutputCorrupt, $"{output.Uri}: {name} is missing; seal group {group} before the job is finished");
        }
    }

    async Task<Planned> PlannedAsync(CancellationToken cancellationToken)
    {
        if (planned is { } known)
            return known;
        var plan = await plans.ReadAsync(output, cancellationToken)
            ?? throw new JobException(ErrorCodes.OutputCorrupt, $"{output.Uri}: {JobPlan.FileName} is missing; complete the plan first");
        return planned = new Planned(plan, new PlanPages(output, plan));
    }

    sealed record Planned(JobPlan Plan, PlanPages Pages);
}
