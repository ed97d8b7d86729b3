using System.Net;
using System.Text.Json;

namespace Serverless.EndToEnd.Tests;

/// <summary><c>serverless sidecar</c> as a person starts it.</summary>
public sealed class SidecarCommandTests
{
    [Fact]
    public async Task It_says_where_each_app_s_ports_are_and_answers_there()
    {
        using var folder = new TemporaryFolder();
        using var sidecar = CliProcess.Start(folder.Path, environment: null, "sidecar",
            "--app-id", "first", "--dapr-http-port", "0", "--dapr-grpc-port", "0", "--app-id", "second", "--state", "state.db", "--output", "json");

        var apps = await AppsAsync(sidecar);

        apps.Select(app => app.GetProperty("app_id").GetString()).ShouldBe(["first", "second"]);
        using var http = new HttpClient();
        foreach (var app in apps)
        {
            (await http.GetAsync($"{app.GetProperty("http_endpoint").GetString()}//v1.0/healthz")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }

        File.Exists(folder["state.db"]).ShouldBeTrue();
        sidecar.Interrupt();
        sidecar.WaitForEnd().ExitCode.ShouldBe(0, sidecar.Errors);
    }

    [Fact]
    public async Task A_shutdown_call_ends_it()
    {
        using var folder = new TemporaryFolder();
        using var sidecar = CliProcess.Start(folder.Path, environment: null, "sidecar",
            "--app-id", "app", "--dapr-http-port", "0", "--dapr-grpc-port", "0", "--output", "json");
        var endpoint = (await AppsAsync(sidecar))[0].GetProperty("http_endpoint").GetString();

        using var http = new HttpClient();
        (await http.PostAsync($"{endpoint}/v1.0/shutdown", content: null)).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        sidecar.WaitForEnd().ExitCode.ShouldBe(0, sidecar.Errors);
    }

    [Fact]
    public async Task A_second_sidecar_on_the_same_state_is_refused()
    {
        using var folder = new TemporaryFolder();
        string[] arguments = ["sidecar", "--app-id", "app", "--dapr-http-port", "0", "--dapr-grpc-port", "0", "--state", "state.db", "--output", "json"];
        using var first = CliProcess.Start(folder.Path, environment: null, arguments);
        await AppsAsync(first);

        var second = CliProcess.Run(folder.Path, arguments);

        second.ExitCode.ShouldBe(1);
        second.Errors.ShouldContain("state.db is open in another process");
    }

    [Fact]
    public void A_wrong_component_file_is_told_with_file_document_and_field()
    {
        using var folder = new TemporaryFolder();
        folder.Write("queue.yaml", "apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata:\n  name: queue\nspec:\n  type: bindings.carrier-pigeon\n  version: v1\n");

        var result = CliProcess.Run(folder.Path, "sidecar", "--app-id", "app", "--dapr-http-port", "0", "--dapr-grpc-port", "0", "--components-path", "queue.yaml");

        result.ExitCode.ShouldBe(2);
        result.Errors.ShouldContain("queue.yaml, document 1, spec.type");
        result.Errors.ShouldContain("bindings.rabbitmq");
    }

    [Theory]
    [InlineData("--app-port 3000 --app-id app", "--app-port stands before the first --app-id")]
    [InlineData("--app-id app --app-port many", "--app-port: expected a port")]
    [InlineData("--app-id app --dapr-http-port 70000", "--dapr-http-port: expected a port")]
    [InlineData("--app-id app --app-id app", "Two apps have the id \"app\"")]
    [InlineData("--app-id app --max-body-size lots", "--max-body-size: expected bytes")]
    [InlineData("--app-id app --listen-address 0.0.0.0", "DAPR_API_TOKEN")]
    [InlineData("--app-id app --listen-address here", "--listen-address: expected an IP address")]
    [InlineData("--state file", "--app-id")]
    public void Wrong_arguments_are_told_in_words(string arguments, string expected)
    {
        using var folder = new TemporaryFolder();

        var result = CliProcess.Run(folder.Path, ["sidecar", .. arguments.Split(' ')]);

        result.ExitCode.ShouldBe(2);
        result.Errors.ShouldContain(expected);
    }

    private static async Task<IReadOnlyList<JsonElement>> AppsAsync(CliProcess sidecar)
    {
        var deadline = TimeProvider.System.GetUtcNow().AddMinutes(1);
        while (!sidecar.Output.Contains('\n', StringComparison.Ordinal))
        {
            (!sidecar.HasExited && TimeProvider.System.GetUtcNow() < deadline).ShouldBeTrue($"the sidecar did not start:\n{sidecar.Output}{sidecar.Errors}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }

        return [.. JsonDocument.Parse(sidecar.Output).RootElement.GetProperty("apps").EnumerateArray()];
    }
}
