using System.Reflection;
using System.Runtime.CompilerServices;

namespace Serverless.ActorsSdk.Tests.Surface;

/// <summary>The public surface of an assembly, one line a type and one a member, without nullability.</summary>
internal static class PublicApiText
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IReadOnlyList<string> Of(Assembly assembly) =>
        [.. assembly.GetExportedTypes().SelectMany(type => Members(type).Prepend(Header(type))).Order(StringComparer.Ordinal)];

    private static string Header(Type type)
    {
        var kind = type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct"
            : type.IsAbstract && type.IsSealed ? "static class" : type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class" : "class";
        var parents = (type.BaseType is { } parent && parent != typeof(object) && !type.IsValueType ? [parent] : Array.Empty<Type>())
            .Concat(type.IsEnum ? [] : type.GetInterfaces().Except(type.BaseType?.GetInterfaces() ?? []).Where(candidate => candidate.IsVisible)).Select(Name).Order(StringComparer.Ordinal).ToArray();
        return $"{FullName(type)} ({kind}){(parents.Length > 0 ? " : " + string.Join(", ", parents) : "")}";
    }

    private static IEnumerable<string> Members(Type type)
    {
        var owner = FullName(type);
        if (type.IsEnum)
        {
            return Enum.GetNames(type).Select(name => $"{owner}.{name} = {Convert.ToInt32(Enum.Parse(type, name))}");
        }

        var constructors = type.GetConstructors(Declared).Where(Visible).Select(ctor => $"{owner}.ctor({Parameters(ctor)}){Access(ctor)}");
        var methods = type.GetMethods(Declared).Where(method => Visible(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)))
            .Select(method => $"{owner}.{method.Name}{Generic(method)}({Parameters(method)}) -> {Name(method.ReturnType)}{Access(method)}");
        var properties = type.GetProperties(Declared).Where(property => property.GetAccessors(nonPublic: true).Any(Visible))
            .Select(property => $"{owner}.{property.Name} -> {Name(property.PropertyType)} {{{string.Concat(property.GetAccessors(nonPublic: true).Where(Visible)
                .Select(accessor => $" {accessor.Name[..3]}{Access(accessor)};"))} }}");
        return constructors.Concat(methods).Concat(properties);
    }

    private static bool Visible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Access(MethodBase method) => string.Concat(
        method.IsPublic ? "" : " protected",
        method.IsStatic ? " static" : "",
        method.DeclaringType!.IsInterface ? "" : method.IsAbstract ? " abstract" : method.IsVirtual && !method.IsFinal ? (IsOverride(method) ? " override" : " virtual") : "");

    private static bool IsOverride(MethodBase method) => method is MethodInfo info && info.GetBaseDefinition().DeclaringType != info.DeclaringType;

    private static string Parameters(MethodBase method) =>
        (method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "") + string.Join(", ", method.GetParameters().Select(parameter =>
            $"{(parameter.IsOut ? "out " : "")}{Name(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? $" = {parameter.DefaultValue ?? "default"}" : "")}"));

    private static string Generic(MethodInfo method) => method.IsGenericMethod
        ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name + string.Concat(argument.GetGenericParameterConstraints().Select(constraint => $" : {Name(constraint)}"))))}>"
        : "";

    private static string FullName(Type type) => $"{type.Namespace}.{Name(type)}";

    private static string Name(Type type) =>
        type.IsByRef ? Name(type.GetElementType()!)
        : type.IsArray ? Name(type.GetElementType()!) + "[]"
        : Nullable.GetUnderlyingType(type) is { } value ? Name(value) + "?"
        : type.IsGenericType ? $"{type.Name[..type.Name.IndexOf('`')]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
        : type.Name;
}
