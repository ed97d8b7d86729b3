using System.Text.Json.Nodes;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Specs;
using Serverless.Contracts.Validation;

namespace Serverless.Contracts.Tests;

public sealed class JobSpecTests
{
    const string Smallest = """{"model": {"source": "m"}, "input": {"items": ["a"]}, "preprocess": {"prompt": "{{ row.item }}"}, "output": {"uri": "out"}}""";

    [Fact]
    public void The_smallest_job_has_the_documented_defaults()
    {
        var spec = Read(Smallest).Spec.ShouldNotBeNull();
        spec.BatchSize.ShouldBe(256);
        spec.Concurrency.ShouldBe(new ConcurrencySpec(1, 1));
        spec.MaxConcurrentBatches.ShouldBe(8);
        spec.MaxAttempts.ShouldBe(5);
        spec.OnRowError.ShouldBe(OnRowError.Record);
        spec.Model.Engine.ShouldBe(EngineKind.Local);
        spec.Model.EngineArgs.ShouldBe(new EngineArgs());
        spec.Output.Compression.ShouldBe(OutputCompression.Zstd);
        spec.Output.KeepInput.ShouldBeTrue();
        spec.Output.Mode.ShouldBe(OutputMode.ErrorIfExists);
        spec.Placement.Strategy.ShouldBe(PlacementStrategy.Pack);
    }

    [Theory]
    [InlineData("batch_sise", "5", "batch_sise: unknown field \"batch_sise\"; did you mean \"batch_size\"?")]
    [InlineData("model.engine_args.max_model_length", "5", "model.engine_args.max_model_length: unknown field \"max_model_length\"; did you mean \"max_model_len\"?")]
    [InlineData("model.api_key", "\"sk-1\"", "model.api_key: unknown field \"api_key\": secrets never stand in a job; name one with \"secret_ref\"")]
    [InlineData("preprocess.sampling_params", "{\"temprature\": 1}", "preprocess.sampling_params.temprature: unknown field \"temprature\"; did you mean \"temperature\"?")]
    [InlineData("batch_size", "\"many\"", "batch_size: expected a whole number, found the text \"many\"")]
    [InlineData("batch_size", "2.5", "batch_size: expected a whole number, found the number 2.5")]
    [InlineData("batch_size", "0", "batch_size: expected at least 1, found 0")]
    [InlineData("max_error_rate", "1.5", "max_error_rate: expected 0 to 1, found 1.5")]
    [InlineData("output.keep_input", "\"yes\"", "output.keep_input: expected true or false, found the text \"yes\"")]
    [InlineData("output.mode", "\"overwrit\"", "output.mode: expected one of error_if_exists, resume, overwrite, found \"overwrit\"; did you mean \"overwrite\"?")]
    [InlineData("output.uri", "null", "output.uri: expected a value, found nothing")]
    [InlineData("input.items", "[]", "input.items: expected at least one row, found an empty list")]
    [InlineData("input.items", "[\"a\", [1]]", "input.items[1]: expected a text, a number or a mapping, found a list")]
    [InlineData("input.uri", "\"x\"", "input: expected \"items\" or \"uri\", found both")]
    [InlineData("preprocess.messages", "[{\"role\": \"user\"}]", "preprocess.messages[0]: the field \"content\" is missing")]
    [InlineData("preprocess.messages", "[{\"role\": \"user\", \"content\": \"x\"}]", "preprocess: expected \"messages\" or \"prompt\", found both")]
    [InlineData("postprocess", "{\"columns\": {\"error\": \"x\"}}", "postprocess.columns.error: \"error\" is a column that the engine writes; choose another name")]
    [InlineData("concurrency", "{\"min\": 3, \"max\": 2}", "concurrency: expected min to be at most max, found min 3 and max 2")]
    [InlineData("id", "\"a/b\"", "id: expected 1 to 64 of a-z A-Z 0-9 . _ - beginning with a letter or digit, found \"a/b\"")]
    [InlineData("model.engine_args.dtype", "\"int4\"", "model.engine_args.dtype: expected one of auto, float32, bfloat16, float16, found \"int4\"")]
    public void What_is_wrong_names_the_field_the_expected_and_the_found(string path, string value, string message) =>
        Read(With(path, value)).Errors.Select(error => error.ToString()).ShouldContain(message);

    [Theory]
    [InlineData("model.engine_args.tensor_parallel", "2", "a model on more than one GPU is not supported yet")]
    [InlineData("output.uri", "\"s3://c/x\"", "s3:// is not supported yet")]
    [InlineData("deduplicate", "true", "\"deduplicate\" is not supported yet")]
    public void What_a_later_version_will_do_is_refused_as_not_supported_yet(string path, string value, string message)
    {
        var error = Read(With(path, value)).Errors.ShouldHaveSingleItem();
        error.Path.ShouldBe(path);
        error.Message.ShouldBe(message);
        error.Code.ShouldBe(ErrorCodes.NotSupported);
    }

    [Theory]
    [InlineData("deadline", "\"2h\"", "\"deadline\" needs the job service: submit the job to it")]
    [InlineData("concurrency", "2", "more than one engine replica needs the job service: submit the job to it")]
    [InlineData("priority", "3", "\"priority\" needs the job service: submit the job to it")]
    [InlineData("notify", "{\"webhook\": \"https://x\"}", "\"notify\" needs the job service: submit the job to it")]
    [InlineData("placement", "{\"strategy\": \"SPREAD\"}", "\"strategy\" needs the job service: submit the job to it")]
    [InlineData("placement", "{\"timeout\": \"30m\"}", "\"timeout\" needs the job service: submit the job to it")]
    public void What_only_the_job_service_can_do_is_refused_by_one_process(string path, string value, string message)
    {
        Read(With(path, value)).Errors.ShouldHaveSingleItem().Message.ShouldBe(message);
        JobSpecReader.Read(JsonNode.Parse(With(path, value)), JobTarget.Service).Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("{\"source\": \"m\", \"engine\": \"openai\"}", "model.base_url: expected the server's address, such as http://host:8000/v1, found nothing")]
    [InlineData("{\"source\": \"m\", \"engine\": \"openai\", \"base_url\": \"host/v1\"}", "model.base_url: expected the server's address, such as http://host:8000/v1, found \"host/v1\"")]
    [InlineData("{\"source\": \"m\", \"base_url\": \"http://h/v1\"}", "model.base_url: applies to \"engine: openai\" only")]
    [InlineData("{\"source\": \"m\", \"secret_ref\": \"s\"}", "model.secret_ref: applies to \"engine: openai\" only")]
    [InlineData("{\"source\": \"m\", \"engine\": \"openai\", \"base_url\": \"http://h/v1\", \"engine_args\": {\"dtype\": \"float16\"}}", "model.engine_args.dtype: is the server's own affair: with \"engine: openai\" leave it out (found float16)")]
    public void What_an_engine_cannot_heed_is_refused(string model, string message) =>
        Read(With("model", model)).Errors.Select(error => error.ToString()).ShouldBe([message]);

    [Fact]
    public void A_server_s_model_runs_in_one_process_and_in_the_job_service()
    {
        var document = With("model", """{"source": "m", "engine": "openai", "base_url": "http://h/v1", "secret_ref": "s"}""");
        Read(document).Errors.ShouldBeEmpty();
        JobSpecReader.Read(JsonNode.Parse(document), JobTarget.Service).Errors.ShouldBeEmpty();
        var include = Read(document.Replace("\"out\"", "\"out\", \"include\": [\"prompt\", \"time_taken_llm\"]", StringComparison.Ordinal));
        include.Errors.ShouldHaveSingleItem().Message.ShouldContain("does not tell the rendered prompt");
    }

    [Theory]
    [InlineData("deadline", "\"soon\"", "deadline: expected a duration such as 90s, 30m, 2h or 1d, or a time such as 2027-01-31T18:00:00Z, found \"soon\"")]
    [InlineData("deadline", "\"-2h\"", "deadline: expected a duration such as 90s, 30m, 2h or 1d, or a time such as 2027-01-31T18:00:00Z, found \"-2h\"")]
    [InlineData("placement", "{\"timeout\": \"2027-01-31\"}", "placement.timeout: expected a duration such as 90s, 30m, 2h or 1d, found \"2027-01-31\"")]
    [InlineData("placement", "{\"bundle_per_worker\": {\"accelerator\": 0}}", "placement.bundle_per_worker.accelerator: expected above 0, found 0")]
    [InlineData("placement", "{\"bundle_per_worker\": {}}", "placement.bundle_per_worker: expected at least one resource, such as accelerator: 1, found none")]
    public void What_only_the_job_service_can_do_is_checked_too(string path, string value, string message) =>
        JobSpecReader.Read(JsonNode.Parse(With(path, value)), JobTarget.Service).Errors.Select(error => error.ToString()).ShouldContain(message);

    [Theory]
    [InlineData("90s", "2026-01-01T00:01:30Z")]
    [InlineData("1.5h", "2026-01-01T01:30:00Z")]
    [InlineData("2d", "2026-01-03T00:00:00Z")]
    [InlineData("2027-01-31", "2027-01-31T00:00:00Z")]
    [InlineData("2027-01-31T18:00:00+02:00", "2027-01-31T16:00:00Z")]
    [InlineData("2027-01-31T18:00:00.25Z", "2027-01-31T18:00:00.25Z")]
    public void A_deadline_is_a_time_from_the_submission_on_or_a_point_in_time(string deadline, string at)
    {
        var spec = JobSpecReader.Read(JsonNode.Parse(With("deadline", $"\"{deadline}\"")), JobTarget.Service).Spec.ShouldNotBeNull();
        SpecTimes.Deadline(spec, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)).ShouldBe(DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once() =>
        Read("""{"modle": 1, "input": [], "output": {"uri": "x", "mode": 3}}""").Errors.Count.ShouldBe(4);

    [Fact]
    public void A_document_that_is_no_mapping_says_so() =>
        Read("[1]").Errors.ShouldHaveSingleItem().ToString().ShouldBe("expected a mapping, found a list");

    [Fact]
    public void An_input_column_named_prompt_is_free_unless_the_prompt_is_included()
    {
        Read(With("postprocess", """{"columns": {"prompt": "x"}}""")).Errors.ShouldBeEmpty();
        var both = JsonNode.Parse(With("postprocess", """{"columns": {"prompt": "x"}}"""))!;
        both["output"]!["include"] = new JsonArray("prompt");
        JobSpecReader.Read(both).Errors.ShouldHaveSingleItem().Path.ShouldBe("postprocess.columns.prompt");
    }

    static JobSpecResult Read(string json) => JobSpecReader.Read(JsonNode.Parse(json));

    static string With(string path, string value)
    {
        var document = JsonNode.Parse(Smallest)!;
        var node = document;
        var names = path.Split('.');
        foreach (var name in names[..^1])
            node = node[name] ??= new JsonObject();
        node[names[^1]] = JsonNode.Parse(value);
        return document.ToJsonString();
    }
}
