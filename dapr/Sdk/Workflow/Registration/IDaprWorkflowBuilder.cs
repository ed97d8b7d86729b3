using Dapr.Common;

namespace Dapr.Workflow.Registration;

/// <summary>What the registration of workflows returns.</summary>
public interface IDaprWorkflowBuilder : IDaprServiceBuilder;
