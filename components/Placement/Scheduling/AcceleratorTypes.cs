namespace Serverless.Placement.Scheduling;

/// <summary>How a request names a model of accelerator.</summary>
internal static class AcceleratorTypes
{
    /// <summary>Whether the words that are wanted stand in the type, in their order, whatever their case: <c>H200</c> in <c>NVIDIA H200</c>, not in <c>NVIDIA H2000</c>.</summary>
    public static bool Match(string type, string? wanted) => wanted is null || Words(type).Contains(Words(wanted), StringComparison.OrdinalIgnoreCase);

    private static string Words(string text) => $" {text.Replace('-', ' ').Replace('_', ' ').Trim()} ";
}
