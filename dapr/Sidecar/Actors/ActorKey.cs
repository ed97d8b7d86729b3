namespace Dapr.Sidecar.Actors;

/// <summary>Which actor: both parts are case-sensitive.</summary>
internal readonly record struct ActorKey(string Type, string Id)
{
    public override string ToString() => $"{Type}/{Id}";
}
