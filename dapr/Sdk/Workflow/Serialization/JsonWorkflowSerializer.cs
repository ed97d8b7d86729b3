using System.Text.Json;
using Dapr.Common.Serialization;

namespace Dapr.Workflow.Serialization;

/// <summary>JSON for workflows only.</summary>
[Obsolete("Use Dapr.Common.Serialization.JsonDaprSerializer.")]
public sealed class JsonWorkflowSerializer : JsonDaprSerializer, IWorkflowSerializer
{
    /// <summary>JSON with the defaults.</summary>
    public JsonWorkflowSerializer()
    {
    }

    /// <summary>JSON with options of one's own.</summary>
    public JsonWorkflowSerializer(JsonSerializerOptions options)
        : base(options)
    {
    }
}
