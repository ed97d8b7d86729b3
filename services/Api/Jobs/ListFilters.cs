using Serverless.Contracts.Status;

namespace Serverless.Api.Jobs;

/// <summary>The filters of a list, from its address.</summary>
internal static class ListFilters
{
    public static bool TryStatus(string? text, out JobStatus? status, out string? problem)
    {
        status = string.IsNullOrEmpty(text) ? null : JobStatusNames.Find(text);
        problem = status is null && !string.IsNullOrEmpty(text) ? $"status: expected one of {string.Join(", ", JobStatusNames.All)}, found \"{text}\"." : null;
        return problem is null;
    }

    /// <summary><c>label=team:search</c>, repeated for more.</summary>
    public static bool TryLabels(string[]? texts, out Dictionary<string, string>? labels, out string? problem)
    {
        (labels, problem) = (null, null);
        foreach (var text in texts ?? [])
        {
            if (text.Split(':', 2) is not [{ Length: > 0 } name, var value])
            {
                problem = $"label: expected name:value, found \"{text}\".";
                return false;
            }

            (labels ??= [])[name] = value;
        }

        return true;
    }
}
