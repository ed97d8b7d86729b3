namespace Dapr.Workflow.Abstractions.Attributes;

/// <summary>Marks a class as a workflow, for tools that look for them.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false, Inherited = false)]
public sealed class WorkflowAttribute : Attribute
{
    /// <summary>A workflow with the class's name.</summary>
    public WorkflowAttribute()
    {
    }

    /// <summary>A workflow with a name of its own.</summary>
    public WorkflowAttribute(string name) => Name = name;

    /// <summary>The name. Default: null, the class's.</summary>
    public string? Name { get; }
}

/// <summary>Marks a class as an activity, for tools that look for them.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false, Inherited = false)]
public sealed class WorkflowActivityAttribute : Attribute
{
    /// <summary>An activity with the class's name.</summary>
    public WorkflowActivityAttribute()
    {
    }

    /// <summary>An activity with a name of its own.</summary>
    public WorkflowActivityAttribute(string name) => Name = name;

    /// <summary>The name. Default: null, the class's.</summary>
    public string? Name { get; }
}
