using System.Security.Cryptography;
using System.Text.Json;
using Serverless.Inference.Tests.Loading.Hub;

namespace Serverless.EndToEnd.Tests;

/// <summary><c>serverless run</c> with a model of a hub.</summary>
public sealed class HubTests
{
    private const string Commit = "0123456789abcdef0123456789abcdef01234567";
    private static readonly string[] Files = ["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "model.safetensors"];

    [Fact]
    public void A_model_of_a_hub_is_downloaded_runs_and_needs_no_network_afterwards()
    {
        using var folder = new TemporaryFolder();
        using var hub = new LoopbackServer(Answer);
        var job = RunTests.Job(folder, new { items = new[] { "An old silent pond...", "Rain..." } });
        var environment = new Dictionary<string, string> { ["HF_ENDPOINT"] = hub.Address.ToString(), ["HF_HOME"] = folder["hub"], ["SERVERLESS_LOG_LEVEL"] = "Information" };

        var first = CliProcess.Run(folder.Path, environment, "run", job, "--model", "hf://acme/haiku");

        first.ExitCode.ShouldBe(0, first.Errors);
        first.Errors.ShouldContain("Loaded ", customMessage: "the engine logs to stderr");
        Output.ReadRows(folder["out"]).Count.ShouldBe(2);
        hub.Requests.ShouldContain(request => request.Method == "GET" && request.Path.EndsWith("/model.safetensors", StringComparison.Ordinal));

        hub.Requests.Clear();
        environment["HF_HUB_OFFLINE"] = "1";
        var second = CliProcess.Run(folder.Path, environment, "run", job, "--model", "hf://acme/haiku", "--out", folder["again"]);

        second.ExitCode.ShouldBe(0, second.Errors);
        Output.ReadRows(folder["again"]).Select(row => row["answer"]).ShouldBe(Output.ReadRows(folder["out"]).Select(row => row["answer"]));
        hub.Requests.ShouldBeEmpty();
    }

    [Fact]
    public void A_model_that_the_hub_does_not_have_is_named()
    {
        using var folder = new TemporaryFolder();
        using var hub = new LoopbackServer(Answer);
        var environment = new Dictionary<string, string> { ["HF_ENDPOINT"] = hub.Address.ToString(), ["HF_HOME"] = folder["hub"] };

        var result = CliProcess.Run(folder.Path, environment, "run", RunTests.Job(folder, new { items = new[] { "a" } }), "--model", "hf://acme/haiko");

        result.ExitCode.ShouldBe(1);
        result.Errors.ShouldContain("acme/haiko");
        Directory.Exists(folder["out"]).ShouldBeFalse("nothing is begun without a model");
    }

    [Fact]
    public void A_model_is_pulled_once_listed_and_then_used_without_the_network()
    {
        using var folder = new TemporaryFolder();
        using var hub = new LoopbackServer(Answer);
        var environment = new Dictionary<string, string> { ["HF_ENDPOINT"] = hub.Address.ToString(), ["HF_HOME"] = folder["hub"] };
        CliProcess.Run(folder.Path, environment, "models", "list", "--output", "json").Output.Trim().ShouldBe("[]");

        var pulled = CliProcess.Run(folder.Path, environment, "models", "pull", "hf://acme/haiku", "--output", "json");
        pulled.ExitCode.ShouldBe(0, pulled.Errors);
        using var answer = JsonDocument.Parse(pulled.Output);
        answer.RootElement.GetProperty("source").GetString().ShouldBe($"hf://acme/haiku@{Commit}");
        File.Exists(Path.Combine(answer.RootElement.GetProperty("folder").GetString()!, "model.safetensors")).ShouldBeTrue();

        var listed = CliProcess.Run(folder.Path, environment, "models", "list", "--output", "json");
        listed.ExitCode.ShouldBe(0, listed.Errors);
        using var models = JsonDocument.Parse(listed.Output);
        var model = models.RootElement.EnumerateArray().Single();
        model.GetProperty("source").GetString().ShouldBe($"hf://acme/haiku@{Commit}");
        model.GetProperty("revisions").EnumerateArray().Select(revision => revision.GetString()).ShouldBe(["main"]);
        model.GetProperty("bytes").GetInt64().ShouldBe(Files.Sum(name => new FileInfo(Path.Combine(SampleModel.HaikuTiny, name)).Length));

        hub.Requests.Clear();
        environment["HF_HUB_OFFLINE"] = "1";
        var run = CliProcess.Run(folder.Path, environment, "run", RunTests.Job(folder, new { items = new[] { "Rain..." } }), "--model", "hf://acme/haiku");
        run.ExitCode.ShouldBe(0, run.Errors);
        hub.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("acme/haiku", 2, "hf://org/name")]
    [InlineData("hf://acme", 1, "acme")]
    [InlineData("hf://acme/nothing", 1, "acme/nothing")]
    public void What_cannot_be_pulled_is_named(string source, int exitCode, string named)
    {
        using var folder = new TemporaryFolder();
        using var hub = new LoopbackServer(Answer);
        var environment = new Dictionary<string, string> { ["HF_ENDPOINT"] = hub.Address.ToString(), ["HF_HOME"] = folder["hub"] };

        var result = CliProcess.Run(folder.Path, environment, "models", "pull", source);

        (result.ExitCode, result.Output).ShouldBe((exitCode, ""), result.Errors);
        result.Errors.ShouldContain(named);
    }

    [Fact]
    public void A_model_that_asks_for_a_token_has_an_exit_code_of_its_own()
    {
        using var folder = new TemporaryFolder();
        using var hub = new LoopbackServer(_ => new Reply(401));
        var environment = new Dictionary<string, string> { ["HF_ENDPOINT"] = hub.Address.ToString(), ["HF_HOME"] = folder["hub"] };

        var result = CliProcess.Run(folder.Path, environment, "run", RunTests.Job(folder, new { items = new[] { "a" } }), "--model", "hf://acme/haiku");

        result.ExitCode.ShouldBe(4, result.Errors);
        result.Errors.ShouldContain("HF_TOKEN");
    }

    private static Reply Answer(Request request)
    {
        if (request.Path == "/api/models/acme/haiku/revision/main")
        {
            return new Reply(200, JsonSerializer.SerializeToUtf8Bytes(new { id = "acme/haiku", sha = Commit, siblings = Files.Select(name => new { rfilename = name }) }));
        }

        var name = request.Path.StartsWith($"/acme/haiku/resolve/{Commit}/", StringComparison.Ordinal) ? request.Path.Split('/')[^1] : "";
        if (!Files.Contains(name))
        {
            return new Reply(404, null, ("X-Error-Code", "RepoNotFound"));
        }

        var content = File.ReadAllBytes(Path.Combine(SampleModel.HaikuTiny, name));
        return new Reply(200, content, ("ETag", $"\"{Convert.ToHexStringLower(SHA256.HashData(content))}\""));
    }
}
