using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Serverless.Contracts.Status;

namespace Serverless.EndToEnd.Tests;

/// <summary>What is wrong with a job is told at once with its field, or ends the job with its reason; never the service.</summary>
[Collection(ServiceCollection.Name)]
public sealed class ServiceBadInputTests(ServiceFixture service)
{
    [Fact]
    public async Task Each_field_of_the_wrong_type_is_named()
    {
        SpecFields.All.Count.ShouldBeGreaterThan(50);
        List<string> missed = [];
        foreach (var field in SpecFields.All)
        {
            var errors = await RefusalAsync(Set(Whole(), field.Path, JsonSerializer.SerializeToNode(field.Wrong)).Text());
            if (!errors.Any(error => error.Field == field.Path && error.Message.Length > 10))
            {
                missed.Add($"{field.Path} = {JsonSerializer.Serialize(field.Wrong)}: {string.Join("; ", errors)}");
            }
        }

        missed.ShouldBeEmpty();
    }

    [Fact]
    public async Task Each_record_names_fields_that_it_does_not_know()
    {
        List<string> missed = [];
        foreach (var field in SpecFields.All)
        {
            var wrong = $"{field.Path}x";
            var errors = await RefusalAsync(Set(Whole(), wrong, 1).Text());
            if (!errors.Any(error => error.Field == wrong && error.Message.Contains("unknown field", StringComparison.Ordinal)))
            {
                missed.Add($"{wrong}: {string.Join("; ", errors)}");
            }
        }

        missed.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("id", "no spaces")]
    [InlineData("batch_size", 0)]
    [InlineData("max_concurrent_batches", 0)]
    [InlineData("max_attempts", 0)]
    [InlineData("concurrency", 0)]
    [InlineData("max_error_rate", 1.5)]
    [InlineData("deadline", "soon")]
    [InlineData("on_row_error", "ignore")]
    [InlineData("model.source", "")]
    [InlineData("model.engine", "remote")]
    [InlineData("model.engine_args.max_num_seqs", 0)]
    [InlineData("model.engine_args.dtype", "int3")]
    [InlineData("model.engine_args.block_size", 17)]
    [InlineData("model.engine_args.gpu_memory_utilization", 0)]
    [InlineData("model.engine_args.kv_cache_bytes", 0)]
    [InlineData("input.limit", 0)]
    [InlineData("placement.strategy", "ANYWHERE")]
    [InlineData("placement.timeout", "late")]
    [InlineData("placement.bundle_per_worker.accelerator", 0)]
    [InlineData("output.uri", "")]
    [InlineData("output.compression", "zip")]
    [InlineData("output.mode", "append")]
    [InlineData("preprocess.sampling_params.temprature", 1)]
    public async Task A_value_out_of_range_is_named(string path, object value)
    {
        var errors = await RefusalAsync(Set(Whole(), path, JsonSerializer.SerializeToNode(value)).Text());
        errors.ShouldContain(error => error.Field == path && error.Message.Length > 10, string.Join("; ", errors));
    }

    [Fact]
    public async Task A_sampling_parameter_of_the_wrong_type_is_named()
    {
        var job = ServiceJob.OfItems("/nowhere", "Rain...").With("preprocess.sampling_params.temperature", "hot");
        (await RefusalAsync(job.Text())).ShouldHaveSingleItem().ToString().ShouldContain("sampling_params.temperature");
    }

    [Fact]
    public async Task Fields_that_are_missing_are_named()
    {
        (await RefusalAsync("{}")).Select(error => error.Message).ShouldBe(
            ["the field \"model\" is missing", "the field \"input\" is missing", "the field \"output\" is missing"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("{", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("[]", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("a: [", "application/yaml", HttpStatusCode.BadRequest)]
    [InlineData("{}", "text/html", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("{}", "application/xml", HttpStatusCode.UnsupportedMediaType)]
    public async Task A_body_that_is_no_job_is_refused(string body, string type, HttpStatusCode status)
    {
        using var http = service.Http();
        using var answer = await http.PostAsync("/api/v1/jobs", new StringContent(body, Encoding.UTF8, type));
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(status, text);
        using var problem = JsonDocument.Parse(text);
        problem.RootElement.GetProperty("detail").GetString().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task A_method_that_a_route_does_not_have_is_refused()
    {
        using var http = service.Http();
        using var answer = await http.PutAsync("/api/v1/jobs", new StringContent("{}", Encoding.UTF8, "application/json"));
        answer.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        using var route = await http.GetAsync("/dapr/config");
        route.StatusCode.ShouldBe(HttpStatusCode.NotFound, "what the sidecar calls is not on this port");
    }

    [Fact]
    public async Task A_body_without_end_is_refused()
    {
        using var http = service.Http();
        using var answer = await http.PostAsync("/api/v1/jobs", new StringContent(new string(' ', 9 << 20), Encoding.UTF8, "application/json"));
        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task A_dataset_that_is_not_there_fails_the_job_by_its_name() =>
        await ShouldFailAsync(folder => ServiceJob.OfFiles(Out(folder), Path.Combine(folder, "nowhere.jsonl")), "invalid_input", "nowhere.jsonl");

    [Fact]
    public async Task A_dataset_that_is_not_what_its_name_says_fails_the_job() => await ShouldFailAsync(
        folder =>
        {
            File.WriteAllText(Path.Combine(folder, "rows.parquet"), "this is no Parquet");
            return ServiceJob.OfFiles(Out(folder), Path.Combine(folder, "rows.parquet"));
        },
        "invalid_input",
        "rows.parquet");

    [Fact]
    public async Task A_model_that_does_not_exist_fails_the_job_by_its_name() =>
        await ShouldFailAsync(folder => ServiceJob.OfItems(Out(folder), "Rain...").With("model.source", Path.Combine(folder, "no-model")), "model", "no-model");

    [Fact]
    public async Task A_model_that_is_damaged_fails_the_job_by_its_name() => await ShouldFailAsync(
        folder =>
        {
            var model = Directory.CreateDirectory(Path.Combine(folder, "damaged"));
            foreach (var file in Directory.EnumerateFiles(SampleModel.HaikuTiny))
            {
                File.Copy(file, Path.Combine(model.FullName, Path.GetFileName(file)));
            }

            File.WriteAllText(Path.Combine(model.FullName, "model.safetensors"), "these are no weights");
            return ServiceJob.OfItems(Out(folder), "Rain...").With("model.source", model.FullName);
        },
        "model",
        "model.safetensors");

    [Fact]
    public async Task An_output_that_cannot_be_written_fails_the_job_by_its_name() => await ShouldFailAsync(
        folder =>
        {
            File.WriteAllText(Path.Combine(folder, "file"), "no folder");
            return ServiceJob.OfItems(Path.Combine(folder, "file", "out"), "Rain...");
        },
        "invalid_spec",
        "/file is a file");

    [Fact]
    public async Task An_output_that_another_job_has_fails_the_job_and_leaves_the_other_alone()
    {
        var folder = service.NewFolder();
        var first = await service.Client.SubmitAsync(ServiceJob.OfItems(Out(folder), "Rain...").Text(), "application/json");
        (await service.EndAsync(first.Id)).Status.ShouldBe(JobStatus.Completed, service.Logs);
        var written = await File.ReadAllBytesAsync(Output.Parts(Out(folder)).Single());

        var second = await service.Client.SubmitAsync(ServiceJob.OfItems(Out(folder), "Snow...").Text(), "application/json");
        var ended = await service.EndAsync(second.Id);

        ended.Status.ShouldBe(JobStatus.Failed, service.Logs);
        ended.Error!.Code.ShouldBe("output_not_empty");
        (await File.ReadAllBytesAsync(Output.Parts(Out(folder)).Single())).ShouldBe(written);
    }

    [Fact]
    public async Task An_empty_dataset_fails_the_job_by_its_name()
    {
        var folder = service.NewFolder();
        var input = Path.Combine(folder, "rows.jsonl");
        await File.WriteAllTextAsync(input, "");
        var job = await service.Client.SubmitAsync(ServiceJob.OfFiles(Out(folder), input).Text(), "application/json");
        var ended = await service.EndAsync(job.Id);

        ended.Status.ShouldBe(JobStatus.Failed, service.Logs);
        ended.Error!.Code.ShouldBe("invalid_input");
        ended.Error.Message.ShouldContain("rows.jsonl");
    }

    [Fact]
    public async Task A_column_that_no_row_can_have_fails_the_job_before_it_has_an_engine() => await ShouldFailAsync(
        folder =>
        {
            File.WriteAllLines(Path.Combine(folder, "rows.csv"), ["text", "one", "two"]);
            return ServiceJob.OfFiles(Out(folder), Path.Combine(folder, "rows.csv"));
        },
        "invalid_spec",
        "no column \"item\"");

    [Fact]
    public async Task A_job_that_shall_fail_at_a_bad_row_fails_and_names_it() => await ShouldFailAsync(
        folder =>
        {
            File.WriteAllLines(Path.Combine(folder, "rows.jsonl"), ["{\"item\": \"Rain...\"}", "{ no JSON"]);
            return ServiceJob.OfFiles(Out(folder), Path.Combine(folder, "rows.jsonl")).With("on_row_error", "fail");
        },
        "row_failed",
        "1");

    private static string Out(string folder) => Path.Combine(folder, "out");

    /// <summary>A document that has every record, so that each field of them can be wrong.</summary>
    private static JsonObject Whole() => ServiceJob.OfItems("/nowhere", "Rain...")
        .With("model.engine_args", new { }).With("placement", new { }).With("notify", new { topic = "ends" });

    private static JsonObject Set(JsonObject document, string path, JsonNode? value)
    {
        JsonNode at = document;
        var names = path.Replace("[0]", ".0", StringComparison.Ordinal).Split('.');
        foreach (var name in names[..^1])
        {
            at = int.TryParse(name, out var index) ? at[index]! : at[name] ??= new JsonObject();
        }

        at[names[^1]] = value;
        return document;
    }

    private async Task<List<SpecProblem>> RefusalAsync(string document)
    {
        using var http = service.Http();
        using var answer = await http.PostAsync("/api/v1/jobs", new StringContent(document, Encoding.UTF8, "application/json"));
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest, $"{document}\n{text}");
        using var problem = JsonDocument.Parse(text);
        return [.. problem.RootElement.GetProperty("errors").EnumerateArray().Select(error => new SpecProblem(error.GetProperty("field").GetString()!, error.GetProperty("message").GetString()!))];
    }

    private async Task ShouldFailAsync(Func<string, JsonObject> make, string code, string named)
    {
        var job = await service.Client.SubmitAsync(make(service.NewFolder()).Text(), "application/json");
        var ended = await service.EndAsync(job.Id);
        ended.Status.ShouldBe(JobStatus.Failed, service.Logs);
        ended.Error!.Code.ShouldBe(code, ended.Error.Message);
        ended.Error.Message.ShouldContain(named);
        (await service.Client.GetHistoryAsync(job.Id)).Entries[^1].Status.ShouldBe(JobStatus.Failed);
    }

    private sealed record SpecProblem(string Field, string Message);
}
