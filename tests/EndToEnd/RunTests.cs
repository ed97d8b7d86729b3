using System.Text.Json;
using Serverless.Storage.Tables;

namespace Serverless.EndToEnd.Tests;

/// <summary><c>serverless run</c> on real input with the real model.</summary>
public sealed class RunTests
{
    private static readonly string[] Lines =
        ["An old silent pond...", "Over the wintry forest...", "Morning rain on slate", "The harvest moon climbs", "Lanterns on the bridge"];

    [Fact]
    public void The_hello_world_job_of_the_readme_completes_every_haiku()
    {
        using var folder = new TemporaryFolder();
        var job = Job(folder, new { items = Lines });

        var result = CliProcess.Run(folder.Path, "run", job);

        result.ExitCode.ShouldBe(0, result.Errors);
        var rows = Output.ReadRows(folder["out"]);
        rows.Select(row => row["item"]).ShouldBe(Lines);
        rows.Select(row => row["row_index"]).ShouldBe([0L, 1L, 2L, 3L, 4L]);
        foreach (var row in rows)
        {
            ((string)row["answer"]!).Split('\n').Length.ShouldBeGreaterThanOrEqualTo(2, "the rest of a haiku is two lines");
            row["finish_reason"].ShouldBe("stop");
            ((long)row["num_input_tokens"]!).ShouldBeGreaterThan(10);
            ((long)row["num_generated_tokens"]!).ShouldBeGreaterThan(5);
            row["error"].ShouldBeNull();
        }

        result.Output.ShouldContain("An old silent pond...");
        result.Output.ShouldContain(folder["out"]);
        File.Exists(folder["out/_SUCCESS"]).ShouldBeTrue();
    }

    [Fact]
    public void A_finished_job_that_is_run_again_prints_its_result_and_generates_nothing()
    {
        using var folder = new TemporaryFolder();
        var job = Job(folder, new { items = Lines });
        CliProcess.Run(folder.Path, "run", job).ExitCode.ShouldBe(0);
        var written = Output.Parts(folder["out"]).Select(File.GetLastWriteTimeUtc).ToList();

        var again = CliProcess.Run(folder.Path, "run", job, "--output", "json");

        again.ExitCode.ShouldBe(0, again.Errors);
        Output.Parts(folder["out"]).Select(File.GetLastWriteTimeUtc).ShouldBe(written);
        using var report = JsonDocument.Parse(again.Output);
        report.RootElement.GetProperty("rows").GetProperty("total").GetInt64().ShouldBe(5);
        report.RootElement.GetProperty("already_complete").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public void A_changed_job_over_old_output_is_refused_with_what_differs()
    {
        using var folder = new TemporaryFolder();
        CliProcess.Run(folder.Path, "run", Job(folder, new { items = Lines })).ExitCode.ShouldBe(0);

        var changed = CliProcess.Run(folder.Path, "run", Job(folder, new { items = Lines }, temperature: 0.9));

        changed.ExitCode.ShouldBe(1);
        changed.Errors.ShouldContain("output_not_empty");
        changed.Errors.ShouldContain("temperature");
    }

    [Fact]
    public void Bad_rows_are_errors_of_their_own_and_the_exit_code_says_so()
    {
        using var folder = new TemporaryFolder();
        folder.Write("rows.jsonl", """
            {"item": "An old silent pond..."}
            {"item": "cut off
            {"other": 1}
            {"item": "The harvest moon climbs"}
            """);
        var result = CliProcess.Run(folder.Path, "run", Job(folder, new { uri = folder["rows.jsonl"] }));

        result.ExitCode.ShouldBe(3, result.Errors);
        var rows = Output.ReadRows(folder["out"]);
        rows.Select(row => row["row_index"]).ShouldBe([0L, 1L, 2L, 3L]);
        rows.Select(row => row["error"] is null).ShouldBe([true, false, false, true]);
        Error(rows[1])["stage"].ShouldBe("read");
        Error(rows[2])["stage"].ShouldBe("preprocess");
        Error(rows[2])["message"].ShouldBeOfType<string>().ShouldContain("item");
    }

    [Theory]
    [InlineData("temprature: 0.3", "temperature")]
    [InlineData("temperature: warm", "temperature")]
    public void A_wrong_field_of_a_job_file_is_named_with_the_nearest_right_one(string line, string expected)
    {
        using var folder = new TemporaryFolder();
        folder.Write("job.yaml", $$$"""
            model: {source: {{{SampleModel.HaikuTiny}}}}
            input: {items: [a]}
            preprocess:
              prompt: "{{ row.item }}"
              sampling_params:
                {{{line}}}
            output: {uri: out}
            """);

        var result = CliProcess.Run(folder.Path, "run", "job.yaml");

        result.ExitCode.ShouldBe(2, result.Errors);
        result.Errors.ShouldContain("job.yaml");
        result.Errors.ShouldContain(expected);
        Directory.Exists(folder["out"]).ShouldBeFalse("nothing is begun for a job that is wrong");
    }

    [Fact]
    public void A_job_file_or_model_that_is_not_there_is_an_error_that_names_it()
    {
        using var folder = new TemporaryFolder();
        var noFile = CliProcess.Run(folder.Path, "run", "nothing.yaml");
        noFile.ExitCode.ShouldBe(2);
        noFile.Errors.ShouldContain("nothing.yaml");

        var noModel = CliProcess.Run(folder.Path, "run", Job(folder, new { items = Lines }), "--model", folder["no-model"]);
        noModel.ExitCode.ShouldBe(1);
        noModel.Errors.ShouldContain("no-model");
    }

    [Theory]
    [InlineData("notify: {webhook: \"https://example.com/\"}", 2, "notify: \"notify\" needs a job service that stays: submit the job to one")]
    [InlineData("deadline: \"2020-01-01\"", 1, "The job is expired; none of its rows was begun.")]
    public void What_a_run_cannot_do_is_said(string line, int exitCode, string message)
    {
        using var folder = new TemporaryFolder();
        folder.Write("job.yaml", $$$"""
            model: {source: {{{SampleModel.HaikuTiny}}}}
            input: {items: [a]}
            preprocess: {prompt: "{{ row.item }}"}
            output: {uri: out}
            {{{line}}}
            """);

        var result = CliProcess.Run(folder.Path, "run", "job.yaml");

        result.ExitCode.ShouldBe(exitCode, result.Errors);
        result.Errors.ShouldContain(message);
        result.Output.ShouldBeEmpty();
    }

    [Fact]
    public void Options_of_the_command_line_override_the_file()
    {
        using var folder = new TemporaryFolder();
        var job = Job(folder, new { items = Lines });

        var result = CliProcess.Run(folder.Path, "run", job, "--limit", "2", "--out", folder["elsewhere"], "--output", "json");

        result.ExitCode.ShouldBe(0, result.Errors);
        Output.ReadRows(folder["elsewhere"]).Select(row => row["item"]).ShouldBe(Lines[..2]);
        Directory.Exists(folder["out"]).ShouldBeFalse();
        using var report = JsonDocument.Parse(result.Output);
        report.RootElement.GetProperty("rows").GetProperty("total").GetInt64().ShouldBe(2);
    }

    [Fact]
    public void Doctor_reports_the_machine_and_finds_everything_that_is_needed()
    {
        using var folder = new TemporaryFolder();
        var result = CliProcess.Run(folder.Path, "doctor", "--output", "json");
        result.ExitCode.ShouldBe(0, result.Output);
        using var report = JsonDocument.Parse(result.Output);
        var checks = report.RootElement.GetProperty("checks").EnumerateArray().ToDictionary(check => check.GetProperty("name").GetString()!);
        checks["DuckDB"].GetProperty("status").GetString().ShouldBe("ok");
        checks["processor"].GetProperty("found").GetString()!.ShouldContain($"{Environment.ProcessorCount} cores");
    }

    [Fact]
    public void Numbers_that_json_lacks_are_shown_all_the_same()
    {
        using var folder = new TemporaryFolder();
        using (var writer = ParquetWriter.Create(folder["rows.parquet"], new TableSchema(new Column("item", ColumnType.String), new Column("score", ColumnType.Float64))))
        {
            writer.Write([Lines[0], double.NaN]);
            writer.Complete();
        }

        var job = Job(folder, new { uri = folder["rows.parquet"] });
        var table = CliProcess.Run(folder.Path, "run", job);
        table.ExitCode.ShouldBe(0, table.Errors);
        table.Output.ShouldContain("NaN");
        using var report = JsonDocument.Parse(CliProcess.Run(folder.Path, "run", job, "--output", "json").Output);
        report.RootElement.GetProperty("preview")[0].GetProperty("score").GetString().ShouldBe("NaN");
    }

    [Fact]
    public void Output_that_cannot_be_shown_is_told_without_a_stack_trace()
    {
        using var folder = new TemporaryFolder();
        var result = CliProcess.RunShell(folder.Path, "doctor > /dev/full");
        result.ExitCode.ShouldBe(1);
        result.Errors.ShouldContain("No space left");
        result.Errors.ShouldNotContain("   at ");
    }

    [Theory]
    [InlineData("--limit", "x", "--limit: expected a whole number of at least 1, found \"x\".")]
    [InlineData("--limit", "0", "--limit: expected a whole number of at least 1, found \"0\".")]
    [InlineData("--output", "xml", "--output: expected table or json, found \"xml\".")]
    public void A_wrong_option_is_a_usage_error(string option, string value, string message)
    {
        using var folder = new TemporaryFolder();
        var result = CliProcess.Run(folder.Path, "run", "job.yaml", option, value);
        result.ExitCode.ShouldBe(2, result.Errors);
        result.Errors.Split('\n')[0].ShouldBe(message);
    }

    [Fact]
    public void A_misspelt_command_is_a_usage_error()
    {
        using var folder = new TemporaryFolder();
        CliProcess.Run(folder.Path, "rnu").ExitCode.ShouldBe(2);
    }

    internal static string Job(TemporaryFolder folder, object input, double temperature = 0.3, int batchSize = 256) => folder.Write("job.json", JsonSerializer.Serialize(new
    {
        name = "haiku",
        model = new { source = SampleModel.HaikuTiny },
        input,
        batch_size = batchSize,
        preprocess = new
        {
            messages = new[]
            {
                new { role = "system", content = "You are a bot that completes unfinished haikus." },
                new { role = "user", content = "{{ row.item }}" },
            },
            sampling_params = new { temperature, max_tokens = 250 },
        },
        postprocess = new { columns = new { answer = "{{ row.generated_text }}" } },
        output = new { uri = folder["out"] },
    }));

    private static IReadOnlyDictionary<string, object?> Error(Dictionary<string, object?> row) => (IReadOnlyDictionary<string, object?>)row["error"]!;
}
