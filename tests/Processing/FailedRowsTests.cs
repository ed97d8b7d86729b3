using System.Text.Json;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Contracts.Specs;
using Serverless.Contracts.Status;
using Serverless.Processing.Jobs;
using Serverless.Processing.Rows;
using Serverless.Processing.Tests.Steps;
using Serverless.Storage.Tables;
using static Serverless.Processing.Tests.TestJobs;

namespace Serverless.Processing.Tests;

/// <summary>Jobs over the failed rows of another.</summary>
public sealed class FailedRowsTests : StepRuns
{
    private static readonly int[] Failing = [1, 7, 8, 12, 13, 14];

    private static ScriptedEngine Mended => new() { FailsAtCommand = false };

    [Theory]
    [InlineData("items")]
    [InlineData("jsonl")]
    [InlineData("csv")]
    [InlineData("parquet")]
    public async Task Only_the_failed_rows_are_run_and_keep_their_index(string input)
    {
        var first = Over(input);
        (await Run(new ScriptedEngine(), first)).Manifest.RowsFailed.ShouldBe(Failing.Length);
        var engine = Mended;

        var result = await Run(engine, Retry(first, "retry"));

        (result.Manifest.Rows, result.Manifest.RowsFailed).ShouldBe((Failing.Length, 0));
        engine.Prompts.Order().ShouldBe(Failing.Select(ItemOf).Order());
        var rows = await result.ReadRowsAsync().ToListAsync();
        rows.Select(row => row["row_index"]).ShouldBe(Failing.Select(row => (object?)(long)row));
        rows.Select(row => row["generated_text"]).ShouldBe(Failing.Select(row => ItemOf(row).ToUpperInvariant()));
        JsonSerializer.Serialize(result.Manifest.Schema).ShouldBe(JsonSerializer.Serialize(await SchemaAsync(first)));
    }

    [Fact]
    public async Task Retries_are_laid_over_the_output_one_after_the_other()
    {
        var first = Over("jsonl");
        await Run(new ScriptedEngine(), first);
        var second = Retry(first, "second");
        (await Run(new ScriptedEngine(), second)).Manifest.RowsFailed.ShouldBe(Failing.Length);
        var third = Retry(second, "third");
        (await Run(Mended, third)).Manifest.RowsFailed.ShouldBe(0);

        using var output = RetriedOutput.Open(first.Output.Uri, [second.Output.Uri, third.Output.Uri]);
        var rows = await output.ReadRowsAsync(onlyFailed: false).ToListAsync();
        rows.Select(row => row["row_index"]).ShouldBe(Enumerable.Range(0, 16).Select(row => (object?)(long)row));
        rows.Select(row => row["generated_text"]).ShouldBe(Enumerable.Range(0, 16).Select(row => ItemOf(row).ToUpperInvariant()));
        (await output.ReadRowsAsync(onlyFailed: true).ToListAsync()).ShouldBeEmpty();

        using var half = RetriedOutput.Open(first.Output.Uri, [second.Output.Uri]);
        (await half.ReadRowsAsync(onlyFailed: true).ToListAsync()).Select(IndexOf).ShouldBe(Failing.Select(row => (long)row));
    }

    [Fact]
    public async Task Rows_that_were_never_started_are_run_too()
    {
        var first = Spec(Items(14));
        await using (var steps = Open(first))
        {
            await PlanAsync(steps);
            await RunShardsAsync(first, [1]);
            await steps.FenceAsync(0, 3, ErrorCodes.Cancelled, default);
            await steps.SealGroupAsync(0, 0, 3, default);
            await steps.FinishAsync(new JobEnd(JobStatus.Cancelled, 1, [new ShardRange(3, 4)]), default);
        }

        var retry = Retry(first, "retry");
        var manifest = await RunAsync(retry);

        manifest.Status.ShouldBe(JobStatus.Completed);
        using var output = RetriedOutput.Open(first.Output.Uri, [retry.Output.Uri]);
        (await output.ReadRowsAsync(onlyFailed: false).ToListAsync()).Select(row => row["generated_text"]).ShouldBe(Items(14).Select(item => item.ToUpperInvariant()));
    }

    [Fact]
    public async Task A_retry_can_be_stopped_and_retried()
    {
        var first = Over("items");
        await Run(new ScriptedEngine(), first);
        var retry = Retry(first, "retry");
        await using (var steps = Open(retry))
        {
            var plan = await PlanAsync(steps);
            await steps.FenceAsync(0, plan.Shards, ErrorCodes.Expired, default);
            (await FinishAsync(steps, plan)).RowsFailed.ShouldBe(Failing.Length);
        }

        var result = await Run(Mended, Retry(retry, "again"));
        (await result.ReadRowsAsync().ToListAsync()).Select(IndexOf).ShouldBe(Failing.Select(row => (long)row));
    }

    [Fact]
    public async Task Another_input_is_refused()
    {
        var first = Over("jsonl");
        await Run(new ScriptedEngine(), first);
        File.AppendAllText(first.Input.Uri!, "{\"item\": \"more\"}\n");
        var error = await Should.ThrowAsync<JobException>(() => Run(Mended, Retry(first, "retry")));
        error.Code.ShouldBe(ErrorCodes.InputChanged);
    }

    [Fact]
    public async Task A_job_without_failed_rows_says_so()
    {
        var first = Spec(Items(4));
        await Run(new ScriptedEngine(), first);
        var error = await Should.ThrowAsync<JobException>(() => Run(Mended, Retry(first, "retry")));
        error.Message.ShouldBe($"no row failed in {first.Output.Uri}");
        Directory.Exists(Folder.Sub("retry")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_folder_that_no_job_wrote_is_refused()
    {
        var error = await Should.ThrowAsync<JobException>(() => Run(Mended, Retry(Over("items"), "retry")));
        (error.Code, error.Message).ShouldBe((ErrorCodes.InvalidInput, $"input.failed_rows_of: {Folder.Sub("out")} is not the output folder of a job"));
    }

    [Fact]
    public async Task A_job_that_has_not_ended_is_refused()
    {
        var first = Over("items");
        await using var steps = Open(first);
        await PlanAsync(steps);
        var error = await Should.ThrowAsync<JobException>(() => Run(Mended, Retry(first, "retry")));
        error.Message.ShouldContain("has not ended");
    }

    private static string ItemOf(int row) => Failing.Contains(row) ? $"item {row} {ScriptedEngine.Fails}" : $"item {row}";

    private static long IndexOf(Row row) => (long)row["row_index"]!;

    private static async Task<IReadOnlyList<ColumnRecord>?> SchemaAsync(JobSpec spec)
    {
        using var output = JobOutput.Open(spec.Output.Uri);
        return await output.ReadSchemaAsync(default);
    }

    private JobSpec Over(string input)
    {
        var items = Enumerable.Range(0, 16).Select(ItemOf).ToList();
        var spec = Spec(items);
        return input switch
        {
            "jsonl" => spec with { Input = new InputSpec { Uri = Folder.Write("rows.jsonl", string.Concat(items.Select(item => JsonSerializer.Serialize(new { item }) + "\n"))) } },
            "csv" => spec with { Input = new InputSpec { Uri = Folder.Write("rows.csv", "item\n" + string.Concat(items.Select(item => item + "\n"))) } },
            "parquet" => spec with { Input = new InputSpec { Uri = WriteParquet(items) } },
            _ => spec,
        };
    }

    private JobSpec Retry(JobSpec spec, string output) => spec with
    {
        Input = spec.Input with { FailedRowsOf = spec.Output.Uri },
        Output = spec.Output with { Uri = Folder.Sub(output) },
    };

    private string WriteParquet(List<string> items)
    {
        var path = Folder.Sub("rows.parquet");
        using var writer = ParquetWriter.Create(path, new TableSchema(new Column("item", ColumnType.String)));
        foreach (var item in items)
            writer.Write([item]);
        writer.Complete();
        return path;
    }
}
