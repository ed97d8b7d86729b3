using System.Text.Json;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Contracts.Specs;
using Serverless.Inference;
using Serverless.Processing.Jobs;
using Serverless.Storage.Tables;

namespace Serverless.Processing.Tests;

public sealed class OutputFolderTests : IDisposable
{
    readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_job_that_cannot_be_planned_leaves_the_folder_free_for_the_mended_one()
    {
        var wrong = Spec("a") with { Preprocess = new PreprocessSpec { Prompt = "{{ row.itme }}" } };
        (await Should.ThrowAsync<JobException>(() => Run(wrong))).Code.ShouldBe(ErrorCodes.InvalidSpec);
        (await Run(Spec("a"))).Manifest.Rows.ShouldBe(1);
    }

    [Fact]
    public async Task A_model_that_cannot_run_leaves_the_folder_free_for_another()
    {
        var broken = new JobRunner(new JobRunnerOptions
        {
            LoadEngine = (_, _) => throw new InferenceException(InferenceErrorCodes.ModelFile, "config.json is missing"),
            ModelRevision = (_, _) => Task.FromResult("r0"),
        });
        (await Should.ThrowAsync<JobException>(() => broken.RunAsync(Spec("a")))).Code.ShouldBe(ErrorCodes.Model);
        (await Run(Spec("a"))).Manifest.Rows.ShouldBe(1);
    }

    [Theory]
    [InlineData("No space left on device", ErrorCodes.Storage)]
    [InlineData("Connection timed out", ErrorCodes.Io)]
    public void A_disk_that_refuses_a_part_is_no_defect(string reason, string code) =>
        JobErrors.Classify(new TableException("part", new IOException(reason))).Code.ShouldBe(code);

    [Fact]
    public void A_part_that_cannot_be_written_fails_as_input_and_output_do()
    {
        using var writer = ParquetWriter.Create(folder.Sub("absent/part"), new TableSchema(new Column("a", ColumnType.Int64)));
        Should.Throw<TableException>(() => writer.Complete()).InnerException.ShouldBeOfType<IOException>();
    }

    [Fact]
    public async Task What_differs_between_huge_jobs_is_cut_short()
    {
        await Run(Spec([.. Enumerable.Range(0, 50).Select(i => $"a{i}")]));
        var error = await Should.ThrowAsync<JobException>(() => Run(Spec([.. Enumerable.Range(0, 50).Select(i => $"b{i}")])));
        error.Message.ShouldContain("input.items[0]: \"a0\" -> \"b0\"");
        error.Message.ShouldContain("... and 30 more");
    }

    [Fact]
    public async Task Overwriting_with_a_job_that_cannot_be_planned_keeps_the_output_that_is_there()
    {
        await Run(Spec("a", "b"));
        var wrong = Spec("c") with { Preprocess = new PreprocessSpec { Prompt = "{{ row.itme }}" }, Output = new OutputSpec { Uri = folder.Sub("out"), Mode = OutputMode.Overwrite } };
        await Should.ThrowAsync<JobException>(() => Run(wrong));
        var kept = await Run(Spec("a", "b"));
        (kept.WasFinished, kept.Manifest.Rows).ShouldBe((true, 2));
    }

    [Fact]
    public async Task A_finished_job_that_lost_a_part_says_so_and_can_be_mended()
    {
        await Run(Spec("a", "b", "c"));
        var part = folder.Sub("out/part-0000001.parquet");
        File.WriteAllText(part, "short");
        (await Should.ThrowAsync<JobException>(() => Run(Spec("a", "b", "c")))).Message.ShouldContain("part-0000001.parquet has 5 bytes");
        File.Delete(part);
        var error = await Should.ThrowAsync<JobException>(() => Run(Spec("a", "b", "c")));
        error.Code.ShouldBe(ErrorCodes.OutputCorrupt);
        error.Message.ShouldContain("part-0000001.parquet is gone");
        File.Delete(folder.Sub($"out/{Manifest.SuccessFileName}"));
        File.Delete(folder.Sub($"out/{Manifest.FileName}"));
        var rows = await (await Run(Spec("a", "b", "c"))).ReadRowsAsync().ToListAsync();
        rows.Select(row => row["generated_text"]).ShouldBe(["A", "B", "C"]);
    }

    [Fact]
    public async Task A_damaged_part_is_named_with_what_to_do()
    {
        await Run(Spec("a", "b"));
        File.Delete(folder.Sub($"out/{Manifest.SuccessFileName}"));
        File.WriteAllText(folder.Sub("out/part-0000001.parquet"), "short");
        var error = await Should.ThrowAsync<JobException>(() => Run(Spec("a", "b")));
        error.Code.ShouldBe(ErrorCodes.OutputCorrupt);
        error.Message.ShouldStartWith("part-0000001.parquet in the output folder is not a whole part");
        error.Message.ShouldEndWith("remove it and run the job again to make it anew");
    }

    [Theory]
    [InlineData("data", "data/out")]
    [InlineData("data", "data")]
    [InlineData("data/**/*", "data/out")]
    [InlineData("data/**/*.parquet", "data/deep/out")]
    public async Task Output_that_the_input_would_read_is_refused(string input, string output)
    {
        folder.Write("data/a.jsonl", "{\"item\": \"a\"}\n");
        var error = await Should.ThrowAsync<JobException>(() => Run(FileSpec(input, output)));
        error.Code.ShouldBe(ErrorCodes.InvalidSpec);
        error.Message.ShouldContain("lies inside the input");
    }

    [Theory]
    [InlineData("out")]
    [InlineData("out/below")]
    public async Task Output_where_a_file_stands_is_refused(string output)
    {
        var file = folder.Write("out", "mine");
        var error = await Should.ThrowAsync<JobException>(() => Run(Spec("a") with { Output = new OutputSpec { Uri = folder.Sub(output) } }));
        error.Message.ShouldBe($"output.uri: expected a folder, but {file} is a file");
        File.ReadAllText(file).ShouldBe("mine");
    }

    [Theory]
    [InlineData("data/*.jsonl", "data/out")]
    [InlineData("data/a.jsonl", "data/out")]
    [InlineData("data", "data/_out")]
    [InlineData("data", "data-out")]
    public async Task Output_beside_the_input_is_no_part_of_it(string input, string output)
    {
        folder.Write("data/a.jsonl", "{\"item\": \"a\"}\n");
        (await Run(FileSpec(input, output))).Manifest.Rows.ShouldBe(1);
        (await Run(FileSpec(input, output))).WasFinished.ShouldBeTrue();
    }

    JobSpec FileSpec(string input, string output) => Spec() with
    {
        Input = new InputSpec { Uri = folder.Sub(input) },
        Output = new OutputSpec { Uri = folder.Sub(output) },
    };

    JobSpec Spec(params string[] items) => new()
    {
        Model = new ModelSpec { Source = "scripted" },
        Input = new InputSpec { Items = [.. items.Select(item => JsonSerializer.SerializeToElement(item))] },
        Preprocess = new PreprocessSpec { Prompt = "{{ row.item }}" },
        Output = new OutputSpec { Uri = folder.Sub("out") },
        BatchSize = 1,
    };

    static Task<JobResult> Run(JobSpec spec) => new JobRunner(new JobRunnerOptions
    {
        LoadEngine = (_, _) => Task.FromResult<IGenerationEngine>(new ScriptedEngine()),
        ModelRevision = (_, _) => Task.FromResult("r1"),
    }).RunAsync(spec);
}
