namespace Dapr.Actors.Runtime;

/// <summary>Names an actor's type. A name given to <c>RegisterActor</c> goes before it; without either, the class's name counts.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ActorAttribute : Attribute
{
    /// <summary>The type's name. Default: the class's name, without namespace.</summary>
    public string? TypeName { get; set; }
}
