using Serverless.Contracts.Errors;
using Serverless.Contracts.Specs;
using Serverless.Processing.Jobs;
using Serverless.Processing.Specs;
using Serverless.Tests.Servers;
using static Serverless.Processing.Tests.TestJobs;

namespace Serverless.Processing.Tests;

/// <summary>Jobs whose engine is a server that speaks the OpenAI API.</summary>
public sealed class OpenAIJobTests : JobRuns
{
    [Fact]
    public async Task A_job_file_names_server_model_and_secret()
    {
        using var server = new OpenAIServer(OpenAIReply.Upper);
        Folder.Write("in.jsonl", string.Concat(Items(20).Select(item => $"{{\"item\": \"{item}\"}}\n")));
        var file = Folder.Write("job.yaml", $$$"""
            model: {source: org/model, engine: openai, base_url: "{{{server.Address}}}", secret_ref: server.key}
            input: {uri: {{{Folder.Sub("in.jsonl")}}}}
            preprocess:
              messages: [{role: user, content: "{{ row.item }}"}]
              sampling_params: {temperature: 0, max_tokens: 8}
            output: {uri: {{{Folder.Sub("out")}}}}
            batch_size: 6
            """);
        var result = await Run(JobFile.Read(file), name => name == "server.key" ? "k1" : throw new InvalidOperationException(name));
        var rows = await result.ReadRowsAsync().ToListAsync();
        rows.Select(row => row["generated_text"]).ShouldBe(Items(20).Select(item => item.ToUpperInvariant()));
        rows.Select(row => row["num_generated_tokens"]).ShouldBe(Items(20).Select(item => (object?)(long)item.Length));
        result.Manifest.Usage.OutputTokens.ShouldBe(Items(20).Sum(item => item.Length));
        server.Calls.Count.ShouldBe(20);
        server.Calls.ShouldAllBe(call => call.Headers["Authorization"] == "Bearer k1" && call.Body["model"]!.GetValue<string>() == "org/model");
        File.ReadAllText(Folder.Sub("out/_job.json")).ShouldNotContain("k1");
    }

    [Fact]
    public async Task Another_address_of_the_same_model_is_the_same_job_and_another_model_is_not()
    {
        using var server = new OpenAIServer(OpenAIReply.Upper);
        using var other = new OpenAIServer(OpenAIReply.Upper);
        await Run(Job(server, Items(3)));
        (await Run(Job(other, Items(3)))).WasFinished.ShouldBeTrue();
        var changed = Job(other, Items(3));
        (await Should.ThrowAsync<JobException>(() => Run(changed with { Model = changed.Model with { Source = "other" } }))).Code.ShouldBe(ErrorCodes.OutputNotEmpty);
    }

    [Fact]
    public async Task A_row_that_the_server_refuses_stands_beside_the_others()
    {
        using var server = new OpenAIServer(call => call.Text == "item 1" ? OpenAIReply.Error(400, "no such word") : OpenAIReply.Upper(call));
        var rows = await (await Run(Job(server, Items(3)))).ReadRowsAsync().ToListAsync();
        rows.Select(row => row["finish_reason"]).ShouldBe(["length", "error", "length"]);
        rows[1].GetStruct("error")!["message"].ShouldBe("the server refused the request (400): no such word");
    }

    [Fact]
    public async Task A_refused_key_is_an_error_of_the_model_and_is_not_tried_again()
    {
        using var server = new OpenAIServer(_ => OpenAIReply.Error(401, "who are you"));
        var error = await Should.ThrowAsync<JobException>(() => Run(Job(server, Items(1))));
        error.Code.ShouldBe(ErrorCodes.ModelAccess);
        error.Message.ShouldContain("asks for a key");
        server.Calls.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_secret_that_is_not_there_says_where_it_was_looked_for()
    {
        var error = await Should.ThrowAsync<JobException>(() => Secrets.FromThisProcess("my.key", default));
        error.Message.ShouldContain("SERVERLESS_SECRET_MY_KEY");
        (await Should.ThrowAsync<JobException>(() => Secrets.FromThisProcess("../passwd", default))).Code.ShouldBe(ErrorCodes.InvalidSpec);
    }

    JobSpec Job(OpenAIServer server, IEnumerable<string> items) =>
        Spec(items) with { Model = new ModelSpec { Source = "m", Engine = EngineKind.OpenAI, BaseUrl = server.Address.ToString() } };

    static Task<JobResult> Run(JobSpec spec, Func<string, string>? secrets = null) =>
        new JobRunner(new JobRunnerOptions
        {
            LoadEngine = (_, _) => throw new InvalidOperationException("a local engine was loaded"),
            ModelRevision = (_, _) => throw new InvalidOperationException("a local model was looked for"),
            Secrets = (name, _) => Task.FromResult((secrets ?? throw new InvalidOperationException("a secret was asked for"))(name)),
        }).RunAsync(spec);
}
