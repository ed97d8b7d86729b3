using System.Text.Json.Nodes;
using Dapr.Sidecar;

namespace Serverless.Sidecar.Tests.Components;

public sealed class SampleFileTests
{
    [Fact]
    public async Task The_component_files_of_this_repository_start_and_those_daprd_reads_use_no_type_of_ours()
    {
        string[] shared = Directory.GetFiles(Clone.PathOf("dapr/components"), "*.yaml");
        shared.ShouldNotBeEmpty();
        shared.Where(file => File.ReadAllText(file).Contains("pubsub.sqlite", StringComparison.Ordinal)).ShouldBeEmpty();

        await using var sidecar = await EmbeddedSidecar.StartAsync(new SidecarOptions
        {
            Apps = [new() { AppId = "app" }],
            ComponentPaths = [Clone.PathOf("dapr/components"), Clone.PathOf("dapr/components/embedded"), Clone.PathOf("dapr/configuration.yaml"), Clone.PathOf("dapr/resiliency.yaml")],
        });

        using var http = new HttpClient { BaseAddress = sidecar.HttpEndpoint("app") };
        JsonNode.Parse(await http.GetStringAsync("/v1.0/metadata"))!["components"]!.AsArray().Select(component => component!["name"]!.GetValue<string>())
            .ShouldBe(["secrets", "job-events", "statestore"], ignoreOrder: true);
    }
}
