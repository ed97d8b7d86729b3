using System.Text.Json.Nodes;
using Dapr.Sidecar.Hosting;
using Dapr.Sidecar.Workflows.Engine;

namespace Dapr.Sidecar.Workflows.Api;

/// <summary>What <c>/v1.0/metadata</c> says of workflows: how many workers of the app are connected.</summary>
internal sealed class WorkflowMetadata(WorkflowEngine engine) : IMetadataSource
{
    public void Describe(SidecarApp app, JsonObject metadata)
    {
        int workers;
        lock (engine.Gate)
        {
            workers = engine.Dispatcher.Pool(app.Id).Streams.Count;
        }

        // As daprd: without workers the property is not there.
        if (workers > 0)
        {
            metadata["workflows"] = new JsonObject { ["connectedWorkers"] = workers };
        }
    }
}
