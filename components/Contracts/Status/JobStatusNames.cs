using System.Text.Json;

namespace Serverless.Contracts.Status;

/// <summary>Statuses as text: the names that documents and addresses use.</summary>
public static class JobStatusNames
{
    /// <summary>Every name, in the order of a job's life.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<JobStatus>().Select(ToName)];

    /// <summary>The name of a status, such as <c>waiting_for_capacity</c>.</summary>
    /// <param name="status">The status.</param>
    public static string ToName(this JobStatus status) => JsonSerializer.SerializeToElement(status).GetString()!;

    /// <summary>A status in words, such as <c>waiting for capacity</c>.</summary>
    /// <param name="status">The status.</param>
    public static string ToWords(this JobStatus status) => status.ToName().Replace('_', ' ');

    /// <summary>The status of a name; null if no status has it.</summary>
    /// <param name="name">The name.</param>
    public static JobStatus? Find(string name) => All.Contains(name) ? JsonSerializer.SerializeToElement(name).Deserialize<JobStatus>() : null;
}
