namespace Dapr.Workflow.Abstractions;

/// <summary>The name of a workflow or of an activity.</summary>
/// <param name="Name">The name under which it is registered.</param>
public readonly record struct TaskIdentifier(string Name)
{
    /// <summary>A text is a name.</summary>
    public static implicit operator TaskIdentifier(string name) => new(name);

    /// <summary>A name is a text.</summary>
    public static implicit operator string(TaskIdentifier identifier) => identifier.Name;

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
