using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Contracts.Specs;
using Serverless.Processing.Datasets;
using Serverless.Processing.Output;
using Serverless.Storage.Tables;

namespace Serverless.Processing.Jobs;

/// <summary>A job's plan with its shards.</summary>
internal sealed record PlannedJob(JobPlan Plan, IReadOnlyList<ShardRecord> Shards, OutputSchema? Schema);

/// <summary>
/// Makes the plan, or reads the one that stands in the output folder: shards and the one schema. The plan is a function of the
/// pinned input, so processes that plan at once write the same pages; <c>_plan.json</c> comes last.
/// </summary>
internal sealed class Planner(JobDefinition job, OutputFolder output, EngineColumns engineColumns)
{
    /// <summary>The plan in the output folder; if there is none, <paramref name="draft"/> or a new one, which is then there.</summary>
    public async Task<PlannedJob> PlanAsync(PlannedJob? draft, string fingerprint, IReadOnlyList<InputFileRecord> files, CancellationToken cancellationToken)
    {
        if (await output.ReadAsync<JobPlan>(JobPlan.FileName, cancellationToken) is not { } plan)
        {
            draft ??= await DraftAsync(fingerprint, files, cancellationToken);
            foreach (var (page, content) in draft.Shards.Chunk(JobPlan.ShardsPerPage).Index())
                await output.CreateOrReadAsync(JobPlan.PageName(page), new PlanPage(content), cancellationToken);
            plan = await output.CreateOrReadAsync(JobPlan.FileName, draft.Plan, cancellationToken);
        }

        return new PlannedJob(plan, await ReadShardsAsync(plan, cancellationToken), SchemaOf(plan));
    }

    /// <summary>Looks at the input and makes a plan, leaving nothing behind.</summary>
    public async Task<PlannedJob> DraftAsync(string fingerprint, IReadOnlyList<InputFileRecord> files, CancellationToken cancellationToken)
    {
        var limit = job.Dataset.RowLimit ?? long.MaxValue;
        var scan = await job.Dataset.Source.ScanAsync(files, job.Spec.BatchSize, limit, cancellationToken);
        var shards = ShardPlanner.Cut(scan.Ranges, job.Spec.BatchSize);
        if (shards.Count == 0)
            throw new JobException(ErrorCodes.InvalidInput, $"the input{(job.Spec.Input.Uri is { } uri ? $" {uri}" : "")} has no rows");
        var plan = new JobPlan
        {
            Fingerprint = fingerprint,
            Rows = shards.Sum(shard => shard.Rows),
            Shards = shards.Count,
            Files = files,
            InputColumns = [.. KeptInput(scan).Select(SchemaRecords.ToRecord)],
            Schema = job.HasPlannedColumns ? SchemaRecords.ToRecords(PlanColumns(scan)) : null,
        };
        return new PlannedJob(plan, shards, SchemaOf(plan));
    }

    async Task<IReadOnlyList<ShardRecord>> ReadShardsAsync(JobPlan plan, CancellationToken cancellationToken)
    {
        List<ShardRecord> shards = [];
        for (var page = 0; shards.Count < plan.Shards; page++)
        {
            var content = await output.ReadAsync<PlanPage>(JobPlan.PageName(page), cancellationToken)
                ?? throw new JobException(ErrorCodes.OutputCorrupt, $"{output.Uri}: {JobPlan.PageName(page)} is missing");
            shards.AddRange(content.Shards);
        }

        return shards;
    }

    static OutputSchema? SchemaOf(JobPlan plan) =>
        plan.Schema is { } columns ? new OutputSchema(SchemaRecords.FromRecords(columns), plan.InputColumns.Select(column => column.Name)) : null;

    /// <summary>Of a batch file's lines only the id is the client's own; the rest is the request, as deep and as uneven as it likes.</summary>
    IEnumerable<Column> KeptInput(DatasetScan scan) =>
        !job.Spec.Output.KeepInput ? []
        : job.Spec.Input.Format == InputFormat.OpenAIBatch ? scan.Columns.Where(column => column.Name == OpenAIBatchFormat.CustomId)
        : scan.Columns;

    /// <summary>Input, engine and postprocess columns, in this order.</summary>
    TableSchema PlanColumns(DatasetScan scan)
    {
        if (scan.First is { } first)
            job.Program.TryOn(scan.Columns, first);
        var visible = scan.Columns.Where(column => !engineColumns.Names.Contains(column.Name)).Concat(engineColumns.Columns).ToList();
        List<Column> columns = [.. KeptInput(scan)];
        AddUnlessTaken(engineColumns.Columns, "that the engine writes");
        AddUnlessTaken(job.Program.PlanColumns(visible), "that postprocess makes");
        return new TableSchema(columns);

        void AddUnlessTaken(IEnumerable<Column> added, string whose)
        {
            foreach (var column in added)
            {
                if (columns.Find(known => known.Name.Equals(column.Name, StringComparison.OrdinalIgnoreCase)) is { } taken)
                {
                    throw new JobException(ErrorCodes.InvalidSpec,
                        $"the input's column \"{taken.Name}\" has the name of a column {whose}; rename one of them, or set output.keep_input to false");
                }

                columns.Add(column);
            }
        }
    }
}
