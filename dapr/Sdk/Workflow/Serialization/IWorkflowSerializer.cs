using Dapr.Common.Serialization;

namespace Dapr.Workflow.Serialization;

/// <summary>A serializer for workflows only.</summary>
public interface IWorkflowSerializer : IDaprSerializer;
