using Dapr.Sidecar.Components;

namespace Dapr.Sidecar.Bindings;

/// <summary>The <c>direction</c> of a binding: <c>input</c>, <c>output</c> or both; without it, all that its type can do.</summary>
internal static class BindingDirection
{
    /// <summary>Names that each binding's spec.metadata may hold.</summary>
    public static readonly IReadOnlyList<string> Properties = ["direction", "route"];

    /// <summary>Whether a binding may be used in a direction.</summary>
    public static bool Allows(LoadedComponent component, string direction) =>
        component.Properties.Text("direction") is not { } declared || Split(declared).Contains(direction);

    /// <summary>Checks a declared direction against what the type can do.</summary>
    /// <exception cref="ComponentException">It names another one.</exception>
    public static void Check(ComponentProperties properties, params string[] possible)
    {
        if (properties.Text("direction") is { } declared && Split(declared).Except(possible).Any())
        {
            throw properties.Error("direction", $"is \"{declared}\"; allowed: {string.Join(", ", possible)}");
        }
    }

    private static string[] Split(string declared) => declared.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
