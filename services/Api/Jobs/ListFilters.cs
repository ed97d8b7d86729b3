using System.Text.Json;
using Serverless.Contracts.Status;

namespace Serverless.Api.Jobs;

/// <summary>The filters of a list, from its address.</summary>
internal static class ListFilters
{
    public static bool TryStatus(string? text, out JobStatus? status, out string? problem)
    {
        (status, problem) = (null, null);
        if (string.IsNullOrEmpty(text))
        {
            return true;
        }

        try
        {
            status = JsonSerializer.SerializeToElement(text).Deserialize<JobStatus>();
            return true;
        }
        catch (JsonException)
        {
            var names = Enum.GetValues<JobStatus>().Select(value => JsonSerializer.SerializeToElement(value).GetString());
            problem = $"status: expected one of {string.Join(", ", names)}, found \"{text}\".";
            return false;
        }
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
