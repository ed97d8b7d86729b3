using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Serverless.Contracts.Specs;
using Serverless.Contracts.Validation;

namespace Serverless.Contracts.Tests;

/// <summary>docs/job-file.md says what the types say.</summary>
public sealed class JobFilePageTests
{
    /// <summary>It has a page of its own.</summary>
    static readonly Type[] NotListed = [typeof(PlacementSpec)];

    static readonly string Page = File.ReadAllText(Clone.PathOf("docs", "job-file.md"));

    [Fact]
    public void The_page_names_every_field_and_sampling_parameter()
    {
        var named = Regex.Matches(Page, "`([^`\n]+)`").SelectMany(match => match.Groups[1].Value.Split('.')).ToHashSet();
        FieldsOf(typeof(JobSpec)).Concat(SamplingParamNames.All).Where(name => !named.Contains(name)).ShouldBeEmpty();
    }

    [Fact]
    public void The_page_names_no_field_that_does_not_exist()
    {
        var known = FieldsOf(typeof(JobSpec)).Concat(SamplingParamNames.All).ToHashSet();
        Rows().SelectMany(row => row.Paths).SelectMany(name => name.Split('.')).Where(name => !known.Contains(name)).ShouldBeEmpty();
    }

    [Fact]
    public void The_defaults_of_the_page_are_those_of_the_types()
    {
        var defaults = JsonSerializer.SerializeToNode(
            new JobSpec { Model = new ModelSpec { Source = "" }, Input = new InputSpec(), Output = new OutputSpec { Uri = "" } }, ContractsJson.Compact)!;
        var compared = 0;
        foreach (var (paths, shown) in Rows())
        {
            foreach (var path in paths)
            {
                if (Find(defaults, path) is JsonValue value && value.ToString().Length > 0)
                {
                    shown.ShouldBe(value.ToString(), path);
                    compared++;
                }
            }
        }

        compared.ShouldBeGreaterThan(15);
    }

    static JsonNode? Find(JsonNode? node, string path) => path.Split('.').Aggregate(node, (at, name) => at is JsonObject record ? record[name] : null);

    /// <summary>The first two cells of every row of the page's tables; a heading such as <c>`model.engine_args.`</c> stands before its rows' names.</summary>
    static IEnumerable<(string[] Paths, string Default)> Rows()
    {
        var prefix = "";
        foreach (var cells in Page.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Select(line => line.Split('|', StringSplitOptions.TrimEntries)))
        {
            var names = Regex.Matches(cells[1], "`([^`]+)`").Select(match => match.Groups[1].Value).ToArray();
            if (names is [] or [[.., '.']])
                prefix = names.FirstOrDefault("");
            else
                yield return ([.. names.Select(name => prefix + name)], cells[2]);
        }
    }

    static IEnumerable<string> FieldsOf(Type type)
    {
        foreach (var property in type.GetProperties().Where(property => property.IsDefined(typeof(JsonPropertyNameAttribute), inherit: false)))
        {
            yield return ((JsonPropertyNameAttribute)property.GetCustomAttributes(typeof(JsonPropertyNameAttribute), inherit: false)[0]).Name;
            var inner = property.PropertyType.IsGenericType ? property.PropertyType.GenericTypeArguments[^1] : property.PropertyType;
            if (inner.Namespace == typeof(JobSpec).Namespace && !NotListed.Contains(inner))
            {
                foreach (var name in FieldsOf(inner))
                    yield return name;
            }
        }
    }
}
