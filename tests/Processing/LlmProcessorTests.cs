using Serverless.Contracts.Errors;
using Serverless.Processing.Datasets;
using Serverless.Processing.Rows;
using static Serverless.Processing.Tests.TestJobs;

namespace Serverless.Processing.Tests;

public sealed class LlmProcessorTests
{
    [Fact]
    public async Task Rows_stream_in_the_order_of_the_input_although_answers_come_out_of_order()
    {
        await using var processor = LlmProcessor.Build(Config(new ScriptedEngine()), Ask, row => row.Select("item").With("answer", row["generated_text"]));
        var rows = await processor.Process(Dataset.FromItems(Items(100))).ToListAsync();
        rows.Select(row => row["answer"]).ShouldBe(Items(100).Select(item => item.ToUpperInvariant()));
        rows.Select(row => row["row_index"]).ShouldBe(Enumerable.Range(0, 100).Select(i => (object?)(long)i));
        rows[0].Columns.ShouldBe(["item", "answer", "row_index"]);
    }

    [Fact]
    public async Task Nothing_is_loaded_or_read_before_rows_are_asked_for()
    {
        var touched = false;
        IEnumerable<string> Source()
        {
            touched = true;
            yield return "a";
        }

        var config = Config(new ScriptedEngine()) with { LoadEngine = (_, _) => throw new InvalidOperationException("loaded") };
        await using var processor = LlmProcessor.Build(config, Ask);
        _ = processor.Process(Dataset.FromItems(Source()));
        touched.ShouldBeFalse();
    }

    [Fact]
    public async Task The_source_is_read_no_further_than_the_window_ahead()
    {
        var read = 0;
        IEnumerable<string> Endless()
        {
            while (true)
                yield return $"item {Interlocked.Increment(ref read)}";
        }

        var config = Config(new ScriptedEngine()) with { BatchSize = 5, MaxConcurrentBatches = 4 };
        await using var processor = LlmProcessor.Build(config, Ask);
        var taken = 0;
        await foreach (var row in processor.Process(Dataset.FromItems(Endless())))
        {
            taken++;
            Volatile.Read(ref read).ShouldBeLessThanOrEqualTo(taken + 20);
            if (taken == 200)
                break;
        }

        taken.ShouldBe(200);
    }

    [Fact]
    public async Task A_row_that_fails_has_its_error_and_stage_and_the_others_are_unharmed()
    {
        await using var processor = LlmProcessor.Build(
            Config(new ScriptedEngine()),
            row => row.GetString("item") == "boom" ? throw new InvalidOperationException("no prompt for boom") : Ask(row),
            row => row.GetString("item") == "late" ? throw new FormatException("not JSON") : row);
        var rows = await processor.Process(Dataset.FromItems("a", "boom", $"b {ScriptedEngine.TooLong}", $"c {ScriptedEngine.Fails}", "late", "z")).ToListAsync();
        Describe(rows[1]).ShouldBe(("preprocess", "preprocess", "InvalidOperationException: no prompt for boom"));
        Describe(rows[2]).ShouldBe(("prompt_too_long", "tokenize", "the prompt has 12 tokens, the context holds 8"));
        Describe(rows[3]).ShouldBe(("invalid_request", "engine", "min_tokens 9 is above max_tokens 8"));
        Describe(rows[4]).ShouldBe(("postprocess", "postprocess", "FormatException: not JSON"));
        rows[4]["generated_text"].ShouldBe("LATE");
        rows.Select(row => row["item"]).ShouldBe(["a", "boom", $"b {ScriptedEngine.TooLong}", $"c {ScriptedEngine.Fails}", "late", "z"]);
        rows[0]["error"].ShouldBeNull();
        rows[5]["generated_text"].ShouldBe("Z");
    }

    [Fact]
    public async Task A_missing_column_names_the_nearest_one()
    {
        await using var processor = LlmProcessor.Build(Config(new ScriptedEngine()), row => new Prompt { Text = row.GetString("itme") });
        var rows = await processor.Process(Dataset.FromItems("a")).ToListAsync();
        Describe(rows[0]).ShouldBe(("missing_column", "preprocess", "the row has no column \"itme\"; did you mean \"item\"?"));
    }

    [Fact]
    public async Task An_engine_that_dies_ends_the_stream_with_its_reason()
    {
        await using var processor = LlmProcessor.Build(Config(new ScriptedEngine()), Ask);
        var error = await Should.ThrowAsync<JobException>(() => processor.Process(Dataset.FromItems("a", ScriptedEngine.Dies, "b")).ToListAsync());
        error.Code.ShouldBe(ErrorCodes.EngineFailed);
        error.Message.ShouldBe("the engine failed: the device is gone");
    }

    [Fact]
    public async Task The_program_of_the_readme_writes_parquet()
    {
        using var folder = new TempFolder();
        await using var processor = LlmProcessor.Build(Config(new ScriptedEngine()), Ask, row => row.Select("item").With("answer", row["generated_text"]));
        var result = await processor.Process(Dataset.FromItems(Items(10))).WriteParquetAsync(folder.Sub("out"));
        var rows = await result.ReadRowsAsync().ToListAsync();
        rows.Select(row => row["answer"]).ShouldBe(Items(10).Select(item => item.ToUpperInvariant()));
        rows[0].Columns.ShouldBe(["item", "answer", "row_index", "error"]);
        result.Manifest.Parts.Select(part => part.Rows).ShouldBe([3, 3, 3, 1]);
        File.Exists(folder.Sub("out/_SUCCESS")).ShouldBeTrue();
    }

    [Fact]
    public async Task Several_samples_of_a_row_are_records_with_one_row_index()
    {
        using var folder = new TempFolder();
        var config = Config(new ScriptedEngine()) with { MultipleSamples = true };
        await using var processor = LlmProcessor.Build(config, row => Ask(row) with { SamplingParams = new() { N = 2 } });
        var result = await processor.Process(Dataset.FromItems("a", "b")).WriteParquetAsync(folder.Sub("out"));
        var rows = await result.ReadRowsAsync().ToListAsync();
        rows.Select(row => (row["row_index"], row["sample_index"], row["generated_text"])).ShouldBe([(0L, 0L, "A"), (0L, 1L, "A 1"), (1L, 0L, "B"), (1L, 1L, "B 1")]);
        result.Manifest.Rows.ShouldBe(2);
        result.Manifest.Records.ShouldBe(4);
    }

    static (object?, object?, object?) Describe(Row row)
    {
        var error = row.GetStruct("error").ShouldNotBeNull();
        return (error["type"], error["stage"], error["message"]);
    }
}
